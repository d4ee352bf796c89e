"""The words by which titles tell channel, failure, direction and number type. Patterns see folded, lower-case text."""

import re

# How the vendor speaks of its own work; says nothing of the matter, but "on call" is no call.
BOILERPLATE = re.compile(
    r"\[(scheduled|resolved|update|retroactive)\]|\b(our |the )?on[- ]call (engineers|team)\b|\b(our )?engineers\b"
    r"|\bretroactive(ly)?( incident| post)?\b:?|\bautomated alert\b:?|\bno customer impact\b|\b(are|is|have been) (currently )?investigating\b"
    r"|\binvestigating\b|\ban? (potential )?issues?\b( with\b)?|\bpotential\b"
)

# Named outright: each of these counts.
CHANNELS = (
    ("sms", r"\bsms(es)?\b|\bmessaging\b|sender[- ]?ids?\b|\ba2p\b|\b10 ?dlcs?\b|\bsmpp\b|\btoll ?free verification\b"),
    ("mms", r"\bmms\b"),
    ("voice", r"\bvoice\b|\bconferences?\b|(?<!video )\brecordings?\b|\btwiml\b|\btext[ -]to[ -]speech\b|\btts\b|\bpstn\b|\bspeech\b"
              r"|\btranscriptions?\b|\bmedia streams?\b|\bone[ -]way audio\b|\bsoftphone\b|\bpost dial delay\b|\bpdd\b|\banswer seizure\b|\bdtmf\b|\be?911\b|\bemergency call\w*|\bshaken\b|\bconversation ?relay\b|\bbranded calling\b|\bdialer\b"),
    ("verify", r"\bverify (?!caller|the caller|your|phone|number|account)|\bverify$|\bauthy\b|\baccount security\b|\baccsec\b|\bsna\b"
               r"|\bsilent network|\b2fa\b|\btotp\b|\bidentity verification\b|\buser authentication\b|\bverifications? (api|service)\b"),
    ("email", r"\be ?mails?\b|(?<!voice )\bmail\b|\bsendgrid\b|\bmail send\b|\bmarketing campaigns\b|\binbound parse\b|\bdeferrals?\b|\bdeferred\b|\bsingle sends?\b"
              r"|\b(gmail|outlook|hotmail|yahoo|icloud|aol)\b"),
    ("whatsapp", r"\bwhats ?app\b"),
    ("rcs", r"\brcs\b"),
    ("lookup", r"\blookups?\b|\bnumber insights?\b|\bsim swap\b|\bline type\b|\bidentity match\b"),
    ("video", r"\bvideos?\b|\brooms\b|\bpeer[ -]to[ -]peer\b"),
    ("flex", r"\bflex\b|\btask ?router\b"),
    ("conversations", r"\bconversations?\b|\b(web)?chat\b"),
    ("console", r"\bconsole\b"),
    ("billing", r"\bbilling\b|\binvoic\w+|\bpayments?\b|\bpricing\b|\bcredit cards?\b|\bunpaid\b|\brecharg\w+|\bcharges\b"
                r"|\bauto ?recharge\b|\btax(es)?\b|\badd(ing)? funds\b"),
    ("sip", r"\bsip\b|\binterconnect\b|\btrunk(s|ing)?\b|\bzentrunk\b"),
    ("fax", r"\bfax\b"),
    ("wireless", r"\bwireless\b|\b(super|e|i)?[ -]?sims?\b(?! swap)|\blte(-m)?\b|\biot\b|\bnarrowband\b|\bnb-iot\b"),
)  # fmt: skip

# How messages are sent: of another kind of message it says no SMS.
SENT_BY = re.compile(r"\bsender[- ]?ids?\b|\ba2p\b|\b10 ?dlcs?\b")
MESSAGES = {"mms", "rcs"}

# Said in passing: the first of these counts, and only where nothing is named outright.
CHANNELS_IN_PASSING = (
    ("sms", r"\bmessages?\b|\bdlrs?\b|\bdelivery (receipts?|reports?|delays?|failures?|notifications?)\b|\b(long|short) ?codes?\b"),
    ("voice", r"(?<!api )\bcall(s|ing|er)?\b(?! id)"),
    ("verify", r"\bverifications?\b(?! of)|\botp\b"),
    ("numbers", r"\bnumbers?\b|\bporting\b|\bport(s|ed)?[ -](in|out|number)\b|\bcaller ids?\b|\bbundles?\b|\bregulatory\b"
                r"|\btoll[ -]?free\b|\bhosted\b|\bavailablephonenumber\w*"),
    ("api", r"\bapi(s|-s)?\b"),
    ("billing", r"\busage (records?|triggers?|reports?)\b"),
    ("console", r"\b(?<!support )(?<!help )(portal|dashboards?)\b"),
)  # fmt: skip
# Products without a channel of their own. Their "delivery", "message" or "API" is no SMS and not the REST API.
OTHERS = re.compile(
    r"\bevent streams?\b|\bstudio\b|\bfunctions?\b|\bserverless\b|\bautopilot\b|\bproxy\b|\bnotify\b|\bsync\b|\btwilio segment\b|\bsegment (destinations?|sources?|connections?|profiles?)\b"
    r"|\bmessenger\b|\bviber\b|\binstagram\b|\btelegram\b|\bapple (messages|business)|\bfrontline\b|\bgoogle business messages\b|\bpush notifications?\b"
)
NUMBERS_TOO = re.compile(
    r"\bporting\b|\bport[ -](in|out|number)\b|\b(phone )?numbers? (page|inventory|search|purchas\w*|provisioning|porting|order\w*)\b"
    r"|\bbuy(ing)? (a )?((new|phone) )?numbers?\b|\bpurchas\w+ (\w+ )?(phone )?numbers?\b|\bavailablephonenumber"
)
NAMED_NUMBERS = (
    "sms",
    "mms",
    "voice",
    "verify",
    "whatsapp",
    "lookup",
    "rcs",
    "sip",
    "fax",
    "wireless",
    "flex",
    "conversations",
    "video",
)

FAILURES = (
    ("receipts", r"\b(receipts?|reports?|dlrs?|status ?callbacks?|(?<!push )(delivery )?notifications?|status updates?)\b"),
    ("delay", r"\bdelay\w*|\bslow\w*|\bback ?log\w*|\bqueu(ed|eing|ing)\b"),
    ("quality", r"\bquality\b|\b(one|1)[ -]way\b|\baudio\b|\bjitter\b|\bgarbled\b"),
    ("latency", r"\blatenc\w+"),
    ("failure", r"\bfail\w*|\bunable\b|\bnot (being )?(receiv|deliver|sen[dt]|work)\w*|\bblocked\b|\bdisconnect\w*|\bdrop\w*|\bundelivered\b"
                r"|\bconnectivity\b|\binterrupt\w*|\b(not|cannot|cant|stopped) (load|connect|updat|process|respond|complet)\w*"),
    ("errors", r"\berrors?\b|\b[45](xx|\d\d)s?\b|\bincorrect\b|\binvalid\b|\bmissing\b|\btim(e[ds]?|ing)[ -]?outs?\b"),
    ("unavailable", r"\bunavailab\w+|\boutages?\b|\bdown\b|\bnot (accessible|available|reachable)\b|\binaccessible\b|\bdisruptions?\b"),
    ("degraded", r"\bdegrad\w+|\baffected\b|\bintermittent\w*|\bimpact\w*|\bstale\b|\bperformance\b"),
)  # fmt: skip

NUMBER_TYPES = (
    ("short_code", r"\bshort[ -]?codes?\b"),
    ("toll_free", r"\btoll[ -]?free\b"),
    ("long_code", r"\blong[ -]?codes?\b|\b10 ?dlc\b"),
    ("alphanumeric", r"\balpha[ -]?numeric\b|\balpha sender\b|\bsender[ -]?ids?\b"),
)

REGIONS = (
    ("Latin America", r"\blatin america\w*|\blatam\b"), ("North America", r"\bnorth america\w*"),
    ("South America", r"\bsouth america\w*"), ("Central America", r"\bcentral america\w*"),
    ("Caribbean", r"\bcaribbean\b"), ("Europe", r"\beurope(an)?\b|\beu\b(?!1)"), ("EMEA", r"\bemea\b"),
    ("Middle East", r"\bmiddle east\w*|\bmena\b"), ("APAC", r"\bapac\b|\basia[ -]pacific\b"),
    ("Asia", r"\b(?:south ?east )?asian?\b(?![ -]pacific)"), ("Africa", r"(?<!south )(?<!central )\bafrican?\b"),
    ("Nordics", r"\bnordics?\b|\bscandinavian?\b"), ("Balkans", r"\bbalkans?\b"), ("Oceania", r"\boceania\b"),
    ("Baltics", r"\bbaltics?\b"), ("Benelux", r"\bbenelux\b"), ("DACH", r"\bdach\b"), ("GCC", r"\bgcc\b"),
    ("US1", r"\bus1\b"), ("IE1", r"\bie1\b"), ("AU1", r"\bau1\b"), ("DE1", r"\bde1\b"), ("JP1", r"\bjp1\b"),
    ("SG1", r"\bsg1\b"), ("BR1", r"\bbr1\b"),
)  # fmt: skip

SUBSET = re.compile(
    r"\bsub ?sets?\b|\bsmall (percentage|number)\b|\b(some|several|certain) (customers|users|numbers|accounts)\b"
)
SCHEDULED = re.compile(
    r"^\W*(scheduled|planned|maintenance)\W*[\]:|]"
    r"|\b(scheduled|planned) (?!messages?\b|calls?\b|tasks?\b|jobs?\b|reports?\b|sends?\b)([\w&]+ ){0,3}?(upgrades?|migrations?|works?|downtime|outages?|change|activity)\b"
)
MAINTENANCE = re.compile(r"\b(maintenances?|maint)\b")
# An incident that speaks of maintenance: as its cause, or as a page or a mode that shows up.
OF_MAINTENANCE = re.compile(
    r"\b(after|following|due to|during|post|caused by|because of|owing to|result of|resulting from|since|from|despite|stemming from|related to)"
    r"( |-)(\w+ ){0,4}?(maintenances?|maint)\b|\bmaintenances? (mode|page|message|banner|screen|window ended|caused|causing)\b"
    r"|\b(unplanned|unscheduled|unexpected|extended|prolonged|overrunning|incorrect|failed) (\w+ ){0,3}?(maintenances?|maint) (\w+ ){0,2}?(impact\w*|affect\w*|caus\w+|disrupt\w*)"
)
RETROACTIVE = re.compile(r"\bretroactiv\w+")
NO_IMPACT = re.compile(r"\bno (customer|user) impact\b")

BOTH_WAYS = re.compile(
    r"\b(to|from)( and |/| & | or )(from|to)\b|\b(in|out)bound( and |/| & )(in|out)bound\b|\b(send\w*)( and |/| or )(receiv\w*)"
)
INBOUND = re.compile(
    r"\bincoming\b|\binbound\b|\b(?:to|towards) (?:(?!(?:and|or|to|from|via|over|using|for|through|on|multiple|networks?) )\w+ ){0,8}?"
    r"twilios?(?: (?!(?:to|from|via) )[\w,]+){0,10}? (?:numbers?|(?:long|short)[ -]?codes?)\b"
)
DELIVERY = re.compile(r"\bdelivery\b|\breceipts?\b|\bdlrs?\b|\bstatus ?callbacks?\b")
OUTBOUND = re.compile(
    r"\boutgoing\b|\boutbound\b|\bfrom (?:(?:an?|the|subset|of) )*twilio"
    r"|(?<![-\w])(?<!\bable )(?<!\bunable )(?<!\bdue )(?<!\bfailing )(?<!\bfailed )(?<!\btrying )(?<!\battempting )(to|towards?)\b(?!-)"
)
SENT = re.compile(
    r"\bfrom (?!twilio\b)(?:(?!to\b)\S+ ){1,6}to (?:(?:an?|the|subset|of|us|uk|canad\w+|twilios?) )*(?:(?:short|long)[ -]?codes?|toll[ -]?free)\b"
)
CARRIED = {"sms", "mms", "voice", "verify", "whatsapp", "rcs", "fax", "sip"}

"""What the reader makes of titles: hand-made ones with every trap we know."""

import pytest

from monitors.core.titles import read_title


def places(title, body=""):
    reading = read_title(title, body)
    return " ".join([*reading.countries, *(f"{ref.name}/{ref.country}" for ref in reading.carriers)])


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("SMS Delivery Delays to NTT Docomo in Japan", "JP NTT DOCOMO/JP"),
        ("SMS Delivery Delays to Docomo Network in Japan", "JP NTT DOCOMO/JP"),
        ("Japan SMS Carrier Maintenance - NTT docomo", "JP NTT DOCOMO/JP"),
        ("SMS Delivery Delays from Twilio to Claro Brazil", "BR Claro/BR"),
        ("SMS Delivery Delays to Mozambique Movitel", "MZ Movitel/MZ"),
        ("SMS Delivery Failures to Smartfren Network", "ID Smartfren/ID"),
        ("SMS Delivery Delays to PT Smartfren Telecom Network in Indonesia", "ID Smartfren/ID"),
        ("SMS Delivery Delays from a Subset of Twilio Short Codes to T-Mobile United States", "US T-Mobile/US"),
        ("Call Failures to Vodafone in the United Kingdom of Great Britain and Northern Ireland", "GB Vodafone/GB"),
        ("Inbound SMS Delays to Twilio United States, Canada, and Puerto Rico Phone Numbers", "US CA PR"),
        ("SMS Delivery Delays to Liberty Mobile Puerto Rico", "PR Liberty/PR"),
        ("SMS Delivery Delays to U.S. Cellular in the U.S.", "US US Cellular/US"),
        ("sms delivery delays to verizon wireless in the us", "US Verizon/US"),
        ("SMS Delivery Delays to EE in Northern Ireland", "GB EE/GB"),
        ("SMS Delays to Trinidad & Tobago bmobile", "TT bmobile/TT"),
        ("SMS Delivery Delays to Dialog in Sri Lanka and Orange in Romania", "LK RO Dialog/LK Orange/RO"),
        ("SMS Delays to MTN in Nigeria, Ghana and the Ivory Coast", "NG GH CI MTN/NG MTN/GH MTN/CI"),
        ("SMS Delivery Delays from Twilio to ice Norway", "NO ice/NO"),
        ("SMS Delivery Delays to Orange / Altice Network in Dominican Republic", "DO Altice/DO"),
        ("SMS Delivery Delays to WOM (fka Nextel) in Chile", "CL WOM/CL"),
        ("SMS Delivery Delays to MegaFon/Yota in Russia", "RU MegaFon/RU Yota/RU"),
        ("SMS Delivery Delays to Tim - Claro and Vivo Networks in Brazil", "BR TIM/BR Claro/BR Vivo/BR"),
        ("SMS Delivery Delays to C-Spire Network in the United States of America", "US C Spire/US"),
        ("SMS Delivery Delays to Asia Cell Network in Iraq", "IQ Asiacell/IQ"),
        ("SMS Delivery Delays to T-Mobile US and AT&T Mexico", "US MX T-Mobile/US AT&T/MX"),
        ("SMS Delivery Delays to Vodafone Networks in Germany and Italy", "DE IT Vodafone/DE Vodafone/IT"),
        ("SMS Delivery Delays to O2, EE, Three and Vodafone United Kingdom", "GB O2/GB EE/GB Three/GB Vodafone/GB"),
        ("Canada Carrier Maintenance - Rogers, Telus and Bell", "CA Rogers/CA Telus/CA Bell/CA"),
        ("SMS Delivery Delays to Telefonica Network in Peru", "PE Movistar/PE"),
        ("SMS Delivery Delays to Telefonica O2 in Germany", "DE O2/DE"),
        ("SMS Delivery Delays to Google Voice in the US", "US Google Voice/US"),
        ("Voice Call Failures to Etisalat in UAE", "AE Etisalat/AE"),
        ("SMS Delivery Delays to Yemen Mob. CDMA", "YE Yemen Mobile/YE"),
        ("SMS Delivery Delays to Telekom Malaysia", "MY unifi/MY"),
        ("SMS Delivery Delays to Jawwal (Palestine Telecomm) Network in Palestine", "PS Jawwal/PS"),
        ("SMS Delivery Delays to Telenr Network in Pakistan", "PK Telenor/PK"),  # a slip of the pen
        ("SMS Delivery Delays to Ethiotelecom in Ethiopia", "ET Ethio Telecom/ET"),
        ("SMS Delivery Delays to Italy's Three Network", "IT Wind Tre/IT"),
        ("SMS Delivery Delays to Mexico’s Telcel", "MX Telcel/MX"),
        ("SMS Delivery Delays to TIM S.p.A. in Italy", "IT TIM/IT"),
        ("SMS Delivery Delays to AT&T and Cricket Networks", "US AT&T/US Cricket/US"),
        ("SMS Delivery Delays to Airtel, Tigo in Tanzania", "TZ Airtel/TZ Tigo/TZ"),
        ("SMS Delivery Delays to Vodafone NL", "NL Vodafone/NL"),
        ("SMS Delivery Delays to Three Networks in Kenya", "KE"),
    ],
)  # fmt: skip
def test_a_carrier_is_read_by_any_of_its_names_and_is_the_one_of_the_country_named(title, expected):
    assert places(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("SMS Delivery Delays from Twilio to MTN", "MTN/"),
        ("SMS Delivery Delays from Twilio to T-Mobile", "T-Mobile/"),
        ("SMS Delivery Delays from Twilio to Verizon", "US Verizon/US"),
        ("SMS Delivery Delays to China Mobile", "CN China Mobile/CN"),  # the name says which
        ("SMS Delivery Delays to China Mobile in Hong Kong", "HK China Mobile/HK"),
        ("SMS Delivery Delays to Telefonica Network in Multiple Countries", "Movistar/"),  # as it is mostly called
        ("Africa SMS Carrier Maintenance - MTN", "MTN/"),
        ("SMS Delivery Delays to MTN Network in Multiple Countries", "MTN/"),
        ("SMS Delivery Delays to Orange Network in Sweden", "SE Orange/SE"),  # said, though not in our table
    ],
)
def test_a_carrier_alone_names_a_country_only_where_it_is_in_one_country_only(title, expected):
    assert places(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("SMS Delivery Delays to Magticom Network in Georgia", "GE Magti/GE"),
        ("Call Failures in Atlanta, Georgia", "US"),
        ("Call Failures in Georgia, United States", "US"),
        ("SMS Delivery Delays to Airtel in Niger", "NE Airtel/NE"),
        ("SMS Delivery Delays to Airtel in Nigeria", "NG Airtel/NG"),
        ("SMS Delivery Delays to Orange in Guinea", "GN Orange/GN"),
        ("SMS Delivery Delays to Orange in Guinea-Bissau", "GW Orange/GW"),
        ("SMS Delivery Delays to Telecel Guinea-Bissau", "GW MTN/GW"),  # was Telecel's; GN has a "Telecel Guinea"
        ("SMS Delivery Delays to Orange in Equatorial Guinea", "GQ Orange/GQ"),
        ("SMS Delivery Delays to Digicel in Papua New Guinea", "PG Digicel/PG"),
        ("SMS Delivery Delays to Digicel in Dominica", "DM Digicel/DM"),
        ("SMS Delivery Delays to Claro in the Dominican Republic", "DO Claro/DO"),
        ("SMS Delivery Delays to Vodacom in the DRC", "CD Vodacom/CD"),
        ("SMS Delivery Delays to MTN in Congo (Brazzaville)", "CG MTN/CG"),
        ("SMS Delivery Delays to Vodacom in Congo", "CD Vodacom/CD"),  # only one Congo has a Vodacom
        ("SMS Delivery Delays in Congo, Democratic Republic of the", "CD"),
        ("SMS Delivery Delays to SK Telecom in Korea", "KR SK Telecom/KR"),
        ("SMS Delivery Delays in North Korea", "KP"),
        ("SMS Delivery Delays in the Republic of Korea", "KR"),
        ("SMS Delivery Delays in Northern Ireland", "GB"),
        ("SMS Delivery Delays to Three Network in Ireland", "IE Three/IE"),
        ("Voice Degradation in New Jersey", "US"),
        ("SMS Delivery Delays to JT in Jersey", "JE JT/JE"),
        ("Voice Degradation in New Mexico", "US"),
        ("Call Failures in Mexico City", "MX"),
        ("SMS Delivery Delays in South Sudan", "SS"),
        ("SMS Delivery Delays in Sudan", "SD"),
        ("Call Failures in American Samoa", "AS"),
        ("Call Failures in the British Virgin Islands", "VG"),
        ("Call Failures in the U.S. Virgin Islands", "VI"),
        ("Call Failures in Puerto Rico, the Virgin Islands and Guam", "PR GU VI"),
        ("SMS Delivery Delays in Czechia", "CZ"),
        ("SMS Delivery Delays in Türkiye", "TR"),
        ("SMS Delivery Delays in Turkiye", "TR"),
        ("SMS Delivery Delays to Moov in Cote D'Ivorie", "CI Moov/CI"),
        ("SMS Delivery Delays to Orange in Côte d’Ivoire", "CI Orange/CI"),
        ("SMS Delivery Delays in Burma", "MM"),
        ("SMS Delivery Delays in Swaziland", "SZ"),
        ("SMS Delivery Delays in Cape Verde", "CV"),
        ("SMS Delivery Delays in Lao People's Democratic Republic", "LA"),
        ("SMS Delivery Delays in Viet Nam", "VN"),
        ("SMS Delivery Delays in Macau", "MO"),
        ("SMS Delivery Delays in Bosnia & Herzegovina", "BA"),
        ("SMS Delivery Delays in North Macedonia", "MK"),
        ("MMS Delivery Delays From Twilio to US, CA and PR", "US CA PR"),
        ("SMS Delivery Delays to CA and US Carriers", "CA US"),
        ("SMS Delivery Delays in Germany, IT says", "DE"),
        ("Inbound Call Failures to a Subset of Twilio's UK Numbers", "GB"),
        ("Inbound Call Failures to a Subset of Twilio's French Numbers", "FR"),
        ("Text-to-Speech Errors for French Voices", ""),  # a language
        ("Please contact us about SMS delivery", ""),  # the pronoun
        ("Unable to go to the Messaging page", ""),  # no Togo
        ("Voice Call Failures in the US1 Region", ""),  # a data centre
        ("SMS Carrier Maintenance in Latin America", ""),
    ],
)
def test_countries_that_share_words_are_told_apart(title, expected):
    assert places(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Customers Are Unable to Join a Video Room", ""),
        ("Unable to Access Flex Insights", ""),
        ("Some Messages are Not Visible in the Console", ""),
        ("US SMS Carrier Maintenance - Small US Carriers", "US"),
        ("France SMS Carrier Partner Maintenance", "FR"),
        ("SMS Delivery Delays to Partner Network in Israel", "IL Partner/IL"),
        ("SMS Delivery Delays to Free in France", "FR Free Mobile/FR"),
        ("Free Trial Accounts in France Cannot Send SMS", "FR"),
        ("SMS Delivery Delays to Smart Philippines", "PH Smart/PH"),
        ("Smart Encoding Issues in the Philippines", "PH"),
    ],
)
def test_an_operator_whose_name_is_an_everyday_word_is_read_only_where_a_carrier_would_stand(title, expected):
    assert places(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("SMS Delivery Delays to Foobarcom Network in Kenya", ("Foobarcom",)),
        ("SMS Delivery Delays from Twilio to Foobarcom Kenya", ("Foobarcom",)),
        ("SMS Delivery Delays to Safaricom and Foobarcom in Kenya", ("Foobarcom",)),
        ("Kenya SMS Carrier Maintenance - Foobarcom", ("Foobarcom",)),
        ("SMS Delivery Delays to Multiple Networks in Congo", ("Congo",)),
        ("SMS Delivery Delays to Airtel in Congo", ("Congo",)),  # both have one
        ("SMS Delivery Delays to Multiple Networks in Kenya", ()),
        ("SMS Delivery Delays to a Subset of Twilio Kenya Long Codes", ()),
        ("Elevated Errors for Foobar in the Console", ()),
    ],
)
def test_a_name_that_no_table_has_is_left_unplaced(title, expected):
    assert read_title(title).unplaced == expected


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("SMS Delays", "This affects only Claro in Brazil, Tigo is not affected.", "BR Claro/BR"),
        ("SMS Delays", "Delays to Claro in Brazil. Other carriers in Peru and Tigo in Chile are not impacted.", "BR Claro/BR"),
        ("SMS Delays", "SMS to Chile is working as expected. Delays persist to Peru.", "PE"),
        ("SMS Delays", "We see delays to Peru. Chile, Bolivia and Brazil are not affected.", "PE"),
        ("SMS Delays", "Delays to Kenya, but SMS to Uganda is unaffected.", "KE"),
        ("SMS Delays to Brazil Carriers Except Vivo", "", "BR"),
        ("SMS Delays to Multiple Networks in Mexico, Excluding Telcel", "", "MX"),
        ("SMS Delays in Canada (No Impact to Rogers)", "", "CA"),
        ("SMS Delays to All Carriers in Peru but Claro", "", "PE"),
        ("SMS Delays to Vodafone UK; EE Not Affected", "", "GB Vodafone/GB"),
        ("SMS Delays to Vodafone UK - EE Not Affected", "", "GB Vodafone/GB"),
        ("SMS Not Delivered to Claro in Peru", "", "PE Claro/PE"),
        ("SMS to Claro Peru Not Working", "", "PE Claro/PE"),
        ("Call Failures", "Customers in Australia please contact support. Our engineers in San Francisco are at it.", ""),
        ("SMS Delays to MTN", "We see delays to MTN in Ghana. Customers in Nigeria are not affected.", "GH MTN/GH"),
        ("SMS Delays to MTN", "We see delays to Orange in Mali.", "MTN/"),
        ("SMS Delays to AT&T", "Messages to AT&T network subscribers in the US are late.", "US AT&T/US"),
        ("SMS Delays to Multiple Networks", "<p>We see delays to <b>Zain</b>&nbsp;in Iraq.</p>", "IQ Zain/IQ"),
    ],
)  # fmt: skip
def test_what_is_not_affected_is_no_scope(title, body, expected):
    assert places(title, body) == expected

"""What a minute-by-minute watch opens, where and when, and what it leaves alone."""

import pytest

from tests.incidents.detection.towns import API, CLARO, CONSOLE, DOCOMO, JAPAN, SMS, WARM, Play, voices


@pytest.fixture
def play():
    return Play().run(WARM + 60)


def fail(play, cells, share=0.6, tenants=slice(None)):
    play.towns[0].share[cells, tenants] = share


def hold(play, cells):
    play.towns[0].held[cells] = True


TROUBLES = [
    ("a carrier fails", lambda play: fail(play, [0]), DOCOMO),
    ("all carriers of a country fail", lambda play: fail(play, [0, 1]), JAPAN),
    ("everything fails", lambda play: fail(play, slice(None)), SMS),
    ("a carrier answers nothing", lambda play: hold(play, [2]), CLARO),
    ("an API is out", lambda play: play.towns[0].failing.fill(0.95), API),
]


@pytest.mark.parametrize(("trouble", "place"), [case[1:] for case in TROUBLES], ids=[case[0] for case in TROUBLES])
def test_a_trouble_is_one_record_where_it_is_and_ends_when_it_ends(play, trouble, place):
    trouble(play)
    play.run(30)
    play.towns[0].calm()
    play.run(120)
    kinds = [event.kind for event in play.events[0] if event.kind in ("opened", "closed")]
    [record] = {id(e.record): e.record for e in play.events[0] if e.kind in ("closed", "reopened")}.values()
    assert record.place == place
    assert WARM + 60 <= record.opened <= WARM + 75
    assert WARM + 90 <= record.closed <= WARM + 180
    assert kinds.count("opened") - sum(e.kind == "merged" for e in play.events[0]) == 1
    assert record.confidence > 0.8


def flood(minute):
    return voices(minute, 40, 3, component="console") if minute < WARM + 100 else []


NUISANCES = [
    ("one tenant's dead list", lambda play: (fail(play, slice(None), 0.9, 1), play.towns[0].boost[:, 1].fill(8))),
    ("one sick region", lambda play: play.towns[0].failing[:, 2].fill(1.0)),
    ("a flood from three networks", lambda play: setattr(play.towns[0], "reports", flood)),
    ("a surge of one tenant", lambda play: play.towns[0].boost[:, 0].fill(20)),
]


@pytest.mark.parametrize("nuisance", [case[1] for case in NUISANCES], ids=[case[0] for case in NUISANCES])
def test_what_is_no_trouble_of_the_provider_opens_nothing(play, nuisance):
    nuisance(play)
    play.run(90)
    assert play.opened == []


def test_a_region_that_fails_for_all_providers_is_itself_sick():
    play = Play(towns=3).run(WARM + 30)
    for town in play.towns:
        town.failing[:, 1:3] = 1.0
    assert play.run(60).opened == []


def test_our_own_stall_opens_nothing_and_is_forgotten():
    play = Play(towns=3).run(WARM + 60)
    for town in play.towns:
        town.held[:] = True
    play.run(30)
    for town in play.towns:
        town.calm()
    assert play.run(60).opened == []


def many(minute):
    return voices(minute, 6, 10_000, component="console")


def test_people_alone_suspect_and_a_post_makes_it_a_record(play):
    play.towns[0].reports = many
    assert play.run(60).opened == []
    play.towns[0].posts = [CONSOLE]
    assert [place for _, place, _ in play.run(5).opened] == [CONSOLE]


def test_a_post_opens_the_scope_that_it_names(play):
    play.towns[0].posts = [CLARO]
    assert [place for _, place, _ in play.run(5).opened] == []  # messages arrive: the vendor's word alone waits
    fail(play, [2], 0.3)
    assert [place for _, place, _ in play.run(30).opened] == [CLARO]


def test_a_few_failures_of_every_tenant_are_no_single_tenants_doing():
    play = Play(rate=0.4).run(WARM + 60)
    fail(play, [0], 0.35)
    assert {place for _, place, _ in play.run(180).opened} == {DOCOMO}


def test_a_stall_of_ours_in_one_tenants_campaign_opens_nothing():
    play = Play(towns=3).run(WARM + 60)
    fail(play, slice(None), 0.9, 1)
    play.towns[0].boost[:, 1] = 4
    play.run(40)
    for town in play.towns:
        town.held[:] = True
    play.run(30)
    for town in play.towns:
        town.held[:] = False
    assert play.run(60).opened == []

"""What people can say is wrong: a list for each kind of provider."""

import csv
from pathlib import Path

import pytest

from monitors import catalogue
from monitors.core.problems import BY_CATEGORY, ME_TOO, WORKS, problem_words, problems

with (Path(catalogue.__file__).parent / "providers.csv").open(encoding="utf-8", newline="") as file:
    CATEGORIES = sorted({row["category"] for row in csv.DictReader(file)} - {"other"})


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_of_the_catalogue_has_a_list_of_its_own(category):
    assert category in BY_CATEGORY


@pytest.mark.parametrize("category", [*BY_CATEGORY, "other", "one that an organization made up"])
def test_a_list_is_short_ends_with_something_else_and_takes_none_of_our_own_words(category):
    listed = list(problems(category))
    assert (4 <= len(listed) <= 8, listed[-1]) == (True, "other")
    assert not {WORKS, ME_TOO} & set(listed)


def test_a_problem_has_the_same_words_in_every_list():
    for listed in BY_CATEGORY.values():
        assert {key: problem_words(key) for key in listed} == dict(listed)

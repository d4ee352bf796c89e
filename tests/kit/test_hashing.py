"""Which network an address belongs to, near and wide; and that hashes of different keys and purposes differ."""

import pytest

from kit.hashing import keyed_hash, network_of, wide_network_of


@pytest.mark.parametrize(
    ("address", "near", "wide"),
    [
        ("81.2.69.142", "81.2.69.0/24", "81.2.0.0/16"),
        ("::ffff:81.2.69.142", "81.2.69.0/24", "81.2.0.0/16"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8::/32"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64", "2001:db8::/32"),
    ],
)
def test_an_address_has_a_network_and_a_neighbourhood(address, near, wide):
    assert (network_of(address), wide_network_of(address)) == (near, wide)


@pytest.mark.parametrize("address", ["", "unknown", "81.2.69", "81.2.69.256", "81.2.69.1, 81.2.69.2"])
@pytest.mark.parametrize("of", [network_of, wide_network_of])
def test_what_is_no_address_has_none(of, address):
    with pytest.raises(ValueError, match="does not appear to be"):
        of(address)


def test_a_hash_is_of_its_key_purpose_and_value():
    hashes = {keyed_hash(*parts) for parts in (("k", "p", "v"), ("l", "p", "v"), ("k", "q", "v"), ("k", "p", "w"))}
    assert {len(one) for one in hashes} == {64}
    assert len(hashes) == 4

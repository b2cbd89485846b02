"""Where calls to outside may go."""

from ipaddress import ip_address

import pytest

from models.rules.addresses import Reach, is_local_path, is_public, networks, why_not

EVERYWHERE = "0.0.0.0"  # noqa: S104 - looked at, not bound
NEVER = (
    EVERYWHERE, "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "169.254.1.1", "168.63.129.16", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
    "2002:7f00:1::", "2002:808:808::1", "2001:0:7f00:1::1",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1")


@pytest.mark.parametrize("text", NEVER)
def test_an_address_inside_or_special_is_never_called_by_itself(text):
    assert not is_public(ip_address(text))
    assert why_not("https", 443, ip_address(text), Reach()) is not None


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_called_over_tls_only(text):
    address = ip_address(text)
    assert why_not("https", 443, address, Reach()) is None
    assert why_not("https", 8443, address, Reach()) is None
    assert "https" in str(why_not("http", 80, address, Reach()))
    assert "https" in str(why_not("http", 80, address, Reach(private=True)))


@pytest.mark.parametrize("port", [0, 1, 22, 25, 53, 110, 143, 445, 465, 587, 993, 1023, 65536, 99999])
def test_ports_of_other_services_are_not_called(port):
    assert "port" in str(why_not("https", port, ip_address("8.8.8.8"), Reach()))
    assert "port" in str(why_not("http", port, ip_address("10.0.0.1"), Reach(networks("10.0.0.0/8"))))


@pytest.mark.parametrize("scheme", ["ftp", "file", "gopher", "ws", ""])
def test_only_http_is_spoken(scheme):
    assert why_not(scheme, 443, ip_address("8.8.8.8"), Reach()) is not None


def test_named_networks_are_called_also_without_tls_and_no_other():
    reach = Reach(networks(" 10.1.0.0/16 ,fd12::/48, 169.254.169.254/32,"))
    for text in ("10.1.2.3", "fd12::1", "169.254.169.254"):
        assert why_not("http", 80, ip_address(text), reach) is None, text
    for text in ("10.2.0.1", "fd13::1", "169.254.169.253", "127.0.0.1", "::ffff:10.1.2.3"):
        assert why_not("https", 443, ip_address(text), reach) is not None, text


def test_an_installation_of_its_own_reaches_its_networks_but_no_metadata():
    reach = Reach(private=True)
    for text in ("10.9.9.9", "172.20.0.1", "192.168.0.1", "127.0.0.1", "::1", "fd00::1", "100.64.1.1"):
        assert why_not("http", 8080, ip_address(text), reach) is None, text
    for text in ("169.254.169.254", "100.100.100.200", "fd00:ec2::254", "224.0.0.1", EVERYWHERE, "::ffff:10.0.0.1"):
        assert why_not("https", 443, ip_address(text), reach) is not None, text


@pytest.mark.parametrize("text", ["x", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/8;fd00::/8"])
def test_a_list_of_networks_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        networks(text)


def test_a_local_path_stays_with_us():
    for path in ("/", "/jobs?state=READY#x", "/a//b"):
        assert is_local_path(path), path
    for path in ("", "jobs", "//evil.example", "/\\evil.example", "https://evil.example", "/a b", "/a\n", "/é"):
        assert not is_local_path(path), path

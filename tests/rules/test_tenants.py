import pytest

from models.rules.tenants import home_of, tenant_named, usable_slug


@pytest.mark.parametrize(
    ("public_url", "domain", "home"),
    [
        ("", "", "http://here:8000"),
        ("https://floor.example.com/", "", "https://floor.example.com"),
        ("", "mes.example.com", "https://acme.mes.example.com"),
        ("http://mes.example.com:8443", "mes.example.com", "http://acme.mes.example.com:8443"),
    ],
)
def test_a_factory_is_found_at_its_subdomain_or_at_the_installations_address(
    public_url: str, domain: str, home: str
) -> None:
    assert home_of("acme", public_url, domain, "http://here:8000") == home


def test_a_host_names_a_factory_only_right_before_the_services_domain() -> None:
    assert tenant_named("ACME.mes.example.com.", "mes.example.com") == "acme"
    for host in ("mes.example.com", "a.b.mes.example.com", "www.mes.example.com", "acme.example.com", "acme"):
        assert tenant_named(host, "mes.example.com") is None
    assert tenant_named("acme.mes.example.com", "") is None


def test_a_short_name_has_three_to_forty_signs_and_is_nobody_elses_word() -> None:
    names = ("acme", "a-1", "a" * 40, "ab", "a" * 41, "-ab", "admin", "A1B")
    assert [name for name in names if usable_slug(name)] == ["acme", "a-1", "a" * 40]


def test_a_short_name_does_not_look_like_a_name_in_another_script() -> None:
    assert [name for name in ("xn--bcher-kva", "ab--cd", "abc--d", "a-b-c") if usable_slug(name)] == ["abc--d", "a-b-c"]

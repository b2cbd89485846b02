"""Every page in the light theme, held against WCAG 2.2 AA by axe-core."""

import pytest

from tests.browser.accessibility import MARKS, Addresses, Opens, addresses, broken_pages

__all__ = ["addresses"]
pytestmark = MARKS


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_no_page_breaks_a_rule_of_accessibility(person: Opens, addresses: Addresses, size: str) -> None:
    assert broken_pages(person, addresses, "light", size) == {}

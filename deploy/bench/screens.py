"""What an operator sees: from the tap on a real screen until it shows that the server has it, against a bare Update."""

from statistics import median
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, async_playwright
from temporalio.client import Client

from deploy.bench.factory import Factory, browser_cookie
from deploy.bench.figures import Figure
from deploy.bench.latency import milliseconds, p95
from deploy.bench.throughput import start_floor
from deploy.chromium import program

_WARM_UP = 3
# Confirmed is what the chip says when no tap waits any more; the clock is the browser's own.
_TAP = """() => new Promise((done, fail) => {
    const chip = document.getElementById("outbox-state");
    let waited = false;
    const began = performance.now();
    const watch = new MutationObserver(() => {
        if (chip.dataset.kind === "waiting") waited = true;
        else if (waited) { watch.disconnect(); done(performance.now() - began); }
    });
    watch.observe(chip, { attributes: true });
    document.querySelector("[data-tap=start]").click();
    setTimeout(() => fail("the tap was not confirmed"), 30000);
})"""


async def measure(factory: Factory, client: Client, taps: int) -> list[Figure]:
    """Return the ratio of the two p95; each tap is followed by one bare Update on the same server."""
    (bare,) = await start_floor(client, 1)
    (job,) = await factory.order(factory.publish(taps + _WARM_UP, 1, variant=1), 1)
    work_orders = (await factory.work_orders(job))[: taps + _WARM_UP]
    ours, floor = [], []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        page = await _station(browser, factory)
        for work_order in work_orders:
            await page.goto(f"{factory.url}/station/{work_order}", wait_until="load")
            ours.append(float(await page.evaluate(_TAP)))
            floor.append(await milliseconds(bare.execute_update("record")))
        await browser.close()
    ours, floor = ours[_WARM_UP:], floor[_WARM_UP:]
    note = f"p50/p95 ms: screen {median(ours):.0f}/{p95(ours):.0f}, bare {median(floor):.0f}/{p95(floor):.0f}"
    ratio = p95(ours) / p95(floor)
    return [Figure("screen", "p95 of tap to confirmed ÷ p95 of a bare Update", ratio, "x", at_most=2, note=note)]


async def _station(browser: Browser, factory: Factory) -> Page:
    context = await browser.new_context(viewport={"width": 1024, "height": 768})
    name, _, value = browser_cookie(factory.actor).partition("=")
    host = urlsplit(factory.url)
    await context.add_cookies([{"name": name, "value": value, "url": f"{host.scheme}://{host.netloc}"}])
    return await context.new_page()

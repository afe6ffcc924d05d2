"""Fill two tenants' consoles, and take a picture of both side by side; runs with a project's own packages.

python pictures.py URL PICTURE
"""

import base64
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import httpx  # type: ignore[import-not-found]  # of the project
from playwright.sync_api import Browser, Page, sync_playwright  # type: ignore[import-not-found]  # of the project

from app import seeds  # type: ignore[import-not-found]  # of the project

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ROWS = {
    "Acme": (
        ("A-101", "Harbour crane, yearly service", "sent", "2026-01-31", "4820.00"),
        ("A-102", "Gangway for berth 7", "draft", "2026-02-14", "1390.50"),
        ("A-103", "Diving works", "paid", "2025-12-01", "12600.00"),
    ),
    "Globex": (
        ("2026-7", "Wind tunnel, two days", "paid", "2026-02-02", "9999.90"),
        ("2026-8", "Spare rotor blades", "sent", "2026-02-20", "27350.00"),
    ),
}
WIDTH, HEIGHT = 1000, 600


def main(url: str, picture: str) -> None:
    with sync_playwright() as started:
        found = next(path for name in NAMES if (path := shutil.which(name)))
        browser = started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        views = {tenant.name: _view(browser, url, tenant) for tenant in seeds.TENANTS}
        for name, (text, _) in views.items():
            for other, rows in ROWS.items():
                seen = [row[0] for row in rows if row[0] in text]
                assert len(seen) == (len(rows) if other == name else 0), (name, seen)
        _side_by_side(browser, [image for _, image in views.values()], picture)
        browser.close()


def _view(browser: Browser, url: str, tenant: Any) -> tuple[str, bytes]:
    """Return what the tenant's list of invoices says, and a picture of it."""
    with httpx.Client(base_url=f"{url}/api/v1", timeout=60) as client:
        form = {"username": tenant.email, "password": seeds.PASSWORD}
        token = client.post("/auth/token", data=form).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        for number, subject, status, due_on, total in reversed(ROWS[tenant.name]):
            row = {"number": number, "subject": subject, "status": status, "due_on": due_on, "total": total}
            client.post("/invoices", json=row).raise_for_status()
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, base_url=url)
    page.goto("/console/data/invoices")
    page.get_by_label("E-mail address").fill(tenant.email)
    page.get_by_label("Password").fill(seeds.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/console/data/invoices")
    return page.locator("body").inner_text(), page.screenshot()


def _side_by_side(browser: Browser, images: list[bytes], picture: str) -> None:
    shown = "".join(f'<img src="data:image/png;base64,{base64.b64encode(each).decode()}">' for each in images)
    page: Page = browser.new_page(viewport={"width": 2 * WIDTH + 12, "height": HEIGHT})
    page.set_content(f"<style>body {{ margin: 0; display: flex; gap: 12px; background: #8885 }}</style>{shown}")
    page.screenshot(path=picture)


if __name__ == "__main__":
    main(*sys.argv[1:])
    print(json.dumps({"bytes": Path(sys.argv[2]).stat().st_size}))

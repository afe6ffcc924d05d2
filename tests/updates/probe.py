"""Use an API as its people do: log in, write a row of the client's module, and read everything. Runs in a project."""

from starlette.testclient import TestClient

from app.main import create_app

ADA = {"username": "ada@acme.example.com", "password": "correct horse battery staple"}
OWN = ("/api/v1/projects", "/api/v1/invoices")
"""The modules of the answers `default`."""
READY = "/health/ready"
"""Releases up to 1.1 are not asked: they were not ready on the schema of a newer one."""

with TestClient(create_app(), base_url="http://localhost:8000") as client:
    token = client.post("/api/v1/auth/token", data=ADA)
    assert token.status_code == 200, token.text
    client.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
    paths = client.get("/openapi.json").json()["paths"]
    collections = [path for path, way in paths.items() if "get" in way and "{" not in path and path != READY]
    for path in collections:
        answer = client.get(path)
        assert answer.status_code < 500, f"{path}: {answer.text}"
    for path in OWN:
        made = client.post(path, json={"name": "Written"})
        assert made.status_code == 201, f"{path}: {made.text}"
        row = client.get(f"{path}/{made.json()['id']}")
        assert row.status_code == 200, row.text

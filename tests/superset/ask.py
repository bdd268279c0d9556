"""Run by Superset's own Python: makes an instance, imports a bundle and asks each chart for its data over the API.

`ask.py FOLDER BUNDLE ANSWERS`; writes `{chart: rows}` or, where a chart fails, its message.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

CONFIG = """
SECRET_KEY = "of a test"
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
"""
ADMIN = {"username": "admin", "password": "admin"}


def main(folder: Path, bundle: Path, answers: Path) -> None:
    (folder / "superset_config.py").write_text(CONFIG.format(folder=folder), "utf-8")
    os.environ |= {"SUPERSET_CONFIG_PATH": str(folder / "superset_config.py"), "SUPERSET_HOME": str(folder)}
    os.environ["FLASK_APP"] = "superset.app:create_app()"
    program = str(Path(sys.executable).with_name("superset"))
    names = ("--firstname", "a", "--lastname", "b", "--email", "a@example.com")
    user = ("--username", ADMIN["username"], "--password", ADMIN["password"])
    for command in (("db", "upgrade"), ("init",), ("fab", "create-admin", *user, *names)):
        subprocess.run([program, *command], check=True, stdout=subprocess.DEVNULL)

    from superset.app import create_app  # pyright: ignore[reportMissingImports]  of the other environment

    client = create_app().test_client()
    token = client.post("/api/v1/security/login", json={**ADMIN, "provider": "db"}).json["access_token"]
    head = {"Authorization": f"Bearer {token}"}
    with bundle.open("rb") as file:
        given = {"formData": (file, "bundle.zip"), "passwords": "{}", "overwrite": "true"}
        done = client.post("/api/v1/dashboard/import/", data=given, headers=head, content_type="multipart/form-data")
    if done.status_code != 200:
        sys.exit(f"the import was refused: {done.text}")
    [dashboard] = client.get("/api/v1/dashboard/", headers=head).json["result"]
    found = {}
    for chart in client.get(f"/api/v1/dashboard/{dashboard['id']}/charts", headers=head).json["result"]:
        answer = client.get(f"/api/v1/chart/{chart['id']}/data/", headers=head)
        is_good = answer.status_code == 200
        found[chart["slice_name"]] = answer.json["result"][0]["data"] if is_good else answer.text
    answers.write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))

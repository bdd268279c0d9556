"""`nyckeltal init`: makes what is missing and says what was made."""

import shutil
from pathlib import Path

import connectors
from orchestration.cli.output import err
from orchestration.home import CONFIG_START, Home, config_folder
from orchestration.init import initialise


def init() -> None:
    """Home and configuration; nothing that is there is touched."""
    home, config = Home.find(), config_folder()
    made = initialise(home, connectors.sources())
    is_laid = lay_configuration(config)
    console = err()
    console.print(f"Home: {home.root}", soft_wrap=True)
    if made:
        console.print(f"Landing files made or widened: {', '.join(made)}")
    if is_laid:
        console.print(f"Configuration: {config}, a commented start; begin with company.yml", soft_wrap=True)
    if made or is_laid:
        console.print("Next: `nyckeltal doctor` says what is still missing.")
    else:
        console.print("Everything was there.")


def lay_configuration(folder: Path) -> bool:
    """Copies the commented start into a folder without `company.yml`, beside what is there; whether it did."""
    if (folder / "company.yml").exists():
        return False
    for file in CONFIG_START.rglob("*"):
        target = folder / file.relative_to(CONFIG_START)
        if file.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    return True

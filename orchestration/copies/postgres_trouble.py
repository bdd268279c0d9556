"""What PostgreSQL refused, in one sentence that says how to mend it. Its own words may hold addresses and values."""

import re

import psycopg
from adbc_driver_manager import Error as AdbcError

from connectors.config.bi import Postgres

# Address of the database for the marts (`postgresql://user:password@host:5432/database`). A secret.
URL = "NYCKELTAL_BI_POSTGRES_URL"

_RETRY = "Run `nyckeltal publish --to postgres` again"


def of_connecting(error: BaseException) -> str:
    """Why the database could not be reached."""
    said = str(error)
    if "authentication failed" in said or "no password supplied" in said:
        why = "refuses the user or the password: set them right"
    elif re.search(r'database ".*" does not exist', said):
        why = "is not there: create it, or name another one"
    elif isinstance(error, ValueError | psycopg.ProgrammingError):
        why = "has no valid address: write postgresql://user:password@host:5432/database"
    else:
        why = "cannot be reached: is it running, and is the address right?"
    return f"postgres: the database of {URL} {why}"


def in_words(error: BaseException, target: Postgres) -> str:
    """Why a copy failed; the live tables are as they were."""
    code = getattr(error, "sqlstate", None) or ""
    name = target.schema_name
    match code:
        case "2BP01":
            return (
                f"postgres: a column or table of {name} goes or changes its type, and {_dependents(error)} uses it; "
                f"the last copy stays. Drop that view, run `nyckeltal publish --to postgres` and create it again"
            )
        case "55P03":
            return (
                f"postgres: a table of {name} gets other columns, and somebody's open query keeps it from changing; "
                f"the last copy stays. {_RETRY} when that query has ended"
            )
        case "42501" if target.reader_role and "role" in str(error):
            return (
                f"postgres: the user of {URL} may not create the role {target.reader_role}: create it "
                f"(`create role {target.reader_role} nologin`), or set reader_role: null in bi.yml"
            )
        case "42501":
            return (
                f"postgres: the user of {URL} may not create or change the schemas {name} and {name}_state: let it own "
                "them, or grant it `create` on the database"
            )
        case "53100":
            return f"postgres: the database's disk is full; the last copy stays. Free some space. {_RETRY}"
    if isinstance(error, AdbcError | psycopg.OperationalError) and (not code or code.startswith(("08", "57"))):
        return f"postgres: the connection to the database of {URL} was lost; the last copy stays. {_RETRY}"
    return (
        f"postgres: the database of {URL} refuses the copy ({type(error).__name__}, code {code or 'unknown'}); "
        "the last copy stays. Its log says more"
    )


def _dependents(error: BaseException) -> str:
    """`view report`; names of the user's own objects, no data."""
    found = re.findall(r"((?:materialized )?view \S+) depends on", str(error))
    return ", ".join(sorted(set(found))) or "a view"

"""`nyckeltal serve`: pages and documentation on loopback."""

from dashboards.server import places, server
from orchestration.cli import FAILED
from orchestration.cli.output import complain, out
from orchestration.home import Home


def serve(port: int) -> int:
    """Until it is interrupted. Exit code 1 when the port is taken or there is nothing to show."""
    home = Home.find()
    found = places(home)
    if not found:
        complain("there is nothing to show yet: run `nyckeltal refresh` or `nyckeltal dashboards` first")
        return FAILED
    try:
        served = server(home, port)
    except OSError as error:
        complain(f"port {port} cannot be used ({error.strerror}): choose another with --port")
        return FAILED
    with served:
        for path, (name, _) in found.items():
            out().print(f"http://127.0.0.1:{served.server_port}{path}  {name}", soft_wrap=True)
        try:
            served.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0

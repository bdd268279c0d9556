"""Sends through apprise: mail, Slack, webhooks and whatever else an address of it names."""

import logging
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import dlt

# Signs by which chats make a mention or a link out of somebody's campaign name.
_CALM = str.maketrans({"<": "‹", ">": "›", "@": "＠", "`": "'"})


class NotSentError(Exception):
    """A message did not go out; the text names the target and never its address, which is a secret."""


def address_name(target: str) -> str:
    """The environment variable of a target's address."""
    return f"ALERTS__{target.upper()}__URL"


def address(target: str) -> str | None:
    """The target's address as apprise writes it (`mailtos://…`, `slack://…`, `jsons://…`); None where none is set."""
    found: object = dlt.secrets.get(f"alerts.{target}.url", str)
    return str(found) if found else None


def calm(text: str) -> str:
    """Vendors' words without what a chat would act on, and without control signs."""
    return "".join(sign if sign.isprintable() else " " for sign in text).translate(_CALM)


def send(target: str, title: str, body: str, attachments: Sequence[Path] = ()) -> None:
    """Sends plain text with files to a target; NotSentError in one sentence when it did not go out."""
    from apprise import Apprise, AppriseAttachment, NotifyFormat

    sender = Apprise()
    sender.add(_service(target))
    files = AppriseAttachment([str(path.resolve()) for path in attachments]) if attachments else None
    try:
        is_sent = sender.notify(body=body, title=title, body_format=NotifyFormat.TEXT, attach=files)
    except Exception as error:  # noqa: BLE001  a plugin's error may quote the address
        raise NotSentError(f"alerts: {target!r} could not be told ({type(error).__name__})") from None
    if not is_sent:
        raise NotSentError(f"alerts: {target!r} could not be told: the service refused it or cannot be reached")


def send_mail(target: str, message: EmailMessage) -> None:
    """Sends a finished mail, attachments and all, through a target that is a mail address.

    Sender and recipients are the target's where the message has none. NotSentError as for `send`.
    """
    service = _service(target)
    if not hasattr(service, "smtp_host"):
        raise NotSentError(f"alerts: {target!r} is no mail target: set {address_name(target)} to a mailtos:// address")
    for name, value in (("From", service.from_addr[1]), ("To", ", ".join(to[1] for to in service.targets))):
        if name not in message:
            message[name] = value
    try:
        with _connected(service) as smtp:
            if service.user and service.password:
                smtp.login(service.user, service.password)
            smtp.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSentError(f"alerts: the mail server of {target!r} did not take it ({type(error).__name__})") from None


def _connected(service: Any) -> smtplib.SMTP:
    """The mail server as apprise would speak to it: in clear, by STARTTLS or by TLS."""
    context = ssl.create_default_context()
    mode = getattr(service.secure_mode, "value", service.secure_mode)
    if mode == "ssl":
        return smtplib.SMTP_SSL(service.smtp_host, service.port, timeout=20, context=context)
    smtp = smtplib.SMTP(service.smtp_host, service.port, timeout=20)
    if mode == "starttls":
        smtp.starttls(context=context)
    return smtp


def _service(target: str) -> Any:
    """Apprise's plugin for a target's address."""
    from apprise import Apprise, AppriseAsset

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines may name recipients
    url = address(target)
    if url is None:
        raise NotSentError(f"alerts: {target!r} has no address: set {address_name(target)}")
    service = Apprise.instantiate(
        url, asset=AppriseAsset(app_id="Nyckeltal", app_desc="Nyckeltal", storage_mode="memory")
    )
    if service is None:
        raise NotSentError(
            f"alerts: the address of {target!r} is none that apprise knows: write it like mailtos://user:password@host "
            f"or jsons://host/path in {address_name(target)}"
        )
    return service

"""E-mail sends, by send day."""

import pandas as pd

from tests.oracle.facts import Additive, Fact
from tests.oracle.periods import company_day
from tests.oracle.state import Truth

# Mailchimp's figures without proxy opens begin with the sends of this day (UTC).
SPLIT_FROM = pd.Timestamp("2024-06-22")
MEASURES = (
    "mails_delivered",
    "mail_openers",
    "human_openers",
    "mails_delivered_human",
    "mail_clickers",
    "clickers_of_told_opens",
    "unsubscribes",
    "complaints",
)


def facts(truth: Truth) -> list[Fact]:
    sends = truth.table("mail_campaigns")
    sends = sends[truth.happened(sends["sent_at"])].assign(date=company_day(sends["sent_at"]))
    sends = sends[sends["date"] <= truth.until]
    rows = truth.table("mail_recipients").astype({"campaign_id": object})
    sent = sends[["campaign_id", "name", "sent_at", "date"]].astype({"campaign_id": object, "name": object})
    rows = rows.merge(sent, on="campaign_id")
    is_delivered = rows["status"] == "sent"
    is_human = truth.happened(rows["opened_at"])
    is_open = is_human | truth.happened(rows["machine_opened_at"])
    clicked = truth.happened(rows["clicked_at"]).astype(float)
    has_split = rows["sent_at"] >= SPLIT_FROM
    counted = pd.DataFrame(
        {
            "date": rows["date"],
            "platform": "mailchimp",
            "campaign": rows["name"],
            "mails_delivered": is_delivered.astype(float),
            "mail_openers": is_open.astype(float),
            "human_openers": is_human.astype(float).where(has_split),
            "mails_delivered_human": (is_delivered & ~(is_open & ~is_human)).astype(float).where(has_split),
            "mail_clickers": clicked,
            "clickers_of_told_opens": clicked.where(has_split),
            "unsubscribes": truth.happened(rows["unsubscribed_at"]).astype(float),
            "complaints": truth.happened(rows["complained_at"]).astype(float),
        }
    )
    return [Additive(counted, ("platform", "campaign"), MEASURES)]

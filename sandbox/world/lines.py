"""Order lines and refunds."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.world.clock import DAY, HOUR, NEVER, SECOND, Clock, Ints
from sandbox.world.draw import CENT, cents, instants, pick
from sandbox.world.heads import FIRST_ORDER, Heads
from sandbox.world.model import Company
from sandbox.world.products import Products, vat_inside, vat_thousandths
from sandbox.world.sizes import Size
from sandbox.world.words import ids

FIRST_LINE = 14_000_000_000_001
FIRST_REFUND = 900_000_000_001
MOST_LINES = 8
LAST_REFUND_DAY = 70


@dataclass(frozen=True)
class Lines:
    """Lines as arrays (`order` by position, amounts in micros incl. VAT), and sums by order."""

    table: pd.DataFrame
    order: Ints
    quantity: Ints
    amount: Ints
    total: Ints
    net: Ints
    has_goods: npt.NDArray[np.bool_]

    def refunds(
        self, heads: Heads, paid: Ints, cancelled: Ints, clock: Clock, draw: np.random.Generator
    ) -> pd.DataFrame:
        """A twelfth of paid orders, and most cancelled ones that were paid; `paid` is NEVER where it did not happen."""
        count = len(heads)
        is_possible = (paid != NEVER) & ~heads.is_test
        is_cancelled = is_possible & (cancelled != NEVER)
        chosen = is_possible & ~is_cancelled & (draw.random(count) < 0.08)
        late = draw.random(count) < 0.12
        wait = np.where(late, draw.uniform(30, LAST_REFUND_DAY, count), draw.gamma(2.5, 4.5, count).clip(0.2, 45))
        # 70 days count from the order, whenever it was paid.
        at = np.minimum(paid + (wait * DAY / SECOND).astype(np.int64) * SECOND, heads.created + LAST_REFUND_DAY * DAY)
        at = np.where(is_cancelled, cancelled + HOUR, at)
        happens = (chosen | (is_cancelled & (draw.random(count) < 0.85))) & (at <= clock.as_of)
        is_whole = is_cancelled | (draw.random(count) < 0.45)
        # Of the others one line comes back, or some pieces of it.
        first_line = np.searchsorted(self.order, np.arange(count))
        lines_of = np.bincount(self.order, minlength=count)
        one = first_line + (draw.random(count) * lines_of).astype(np.int64)
        row = np.arange(len(self.order))
        comes_back = happens[self.order] & (is_whole[self.order] | (row == one[self.order])) & (self.amount > 0)
        line = np.flatnonzero(comes_back)
        order = self.order[line]
        pieces = np.where(
            is_whole[order], self.quantity[line], 1 + (draw.random(len(line)) * self.quantity[line]).astype(int)
        )
        by_time = np.lexsort((line, at[order]))
        line, order, pieces = line[by_time], order[by_time], pieces[by_time]
        amount = (self.amount[line] // CENT * pieces // self.quantity[line]) * CENT
        number, _ = pd.factorize(order)
        return pd.DataFrame(
            {
                "refund_id": ids(FIRST_REFUND + number),
                "order_id": ids(FIRST_ORDER + order),
                "line_id": ids(FIRST_LINE + line),
                "refunded_at": instants(at[order]),
                "quantity": pieces,
                "amount_micros": amount,
            }
        )


def build_lines(size: Size, company: Company, products: Products, heads: Heads, draw: np.random.Generator) -> Lines:
    orders = len(heads)
    count = np.minimum(1 + draw.poisson(size.lines_beyond_first, orders), MOST_LINES)
    order = np.repeat(np.arange(orders), count)
    total_lines = len(order)
    # One order in seventy holds a gift card: as its last line, be it the only one.
    is_last = np.append(order[1:] != order[:-1], True)
    is_gift = is_last & (draw.random(orders) < 0.014)[order]
    product = np.where(is_gift, products.gift_card, pick(draw, products.popularity, total_lines))
    quantity = np.where(is_gift, 1, 1 + pick(draw, (0.84, 0.11, 0.05), total_lines))
    country = heads.country[order]
    is_book = products.is_book[product].astype(np.int64)
    rates = vat_thousandths(company)
    rate = np.where(is_gift, 0, rates[country, is_book])
    swedish = products.price_micros[product]
    # The same price without VAT in every country; kept as it is at home.
    abroad = cents(swedish / 1_000_000 * (1000 + rates[country, is_book]) / (1000 + rates[0, is_book]))
    price = np.select([is_gift, country == 0], [cents(draw.choice([200, 500, 1000], total_lines)), swedish], abroad)
    share = _discount_share(orders, draw)[order]
    gross = price * quantity
    discount = np.where(is_gift, 0, cents(gross / 1_000_000 * share))
    amount = gross - discount
    table = pd.DataFrame(
        {
            "line_id": ids(FIRST_LINE + np.arange(total_lines)),
            "order_id": ids(FIRST_ORDER + order),
            "product_id": products.table["product_id"].array.take(product),
            "quantity": quantity,
            "unit_price_micros": price,
            "discount_micros": discount,
            "vat_rate": rate / 1000,
            "is_gift_card": is_gift,
        }
    )
    return Lines(
        table=table,
        order=order,
        quantity=quantity,
        amount=amount,
        total=_sum(order, amount, orders),
        net=_sum(order, amount - vat_inside(amount, rate), orders),
        has_goods=_sum(order, (~is_gift).astype(np.int64), orders) > 0,
    )


def _discount_share(orders: int, draw: np.random.Generator) -> npt.NDArray[np.float64]:
    """A fifth of the orders has a code; a few are given away."""
    chance = draw.random(orders)
    return np.select([chance < 0.004, chance < 0.12, chance < 0.18, chance < 0.21], [1.0, 0.1, 0.15, 0.25], 0.0)


def _sum(order: Ints, amount: Ints, orders: int) -> Ints:
    # Whole numbers below 2^53, so that floating sums are exact.
    return np.bincount(order, amount, orders).astype(np.int64)

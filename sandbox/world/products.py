"""What the shop sells."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.world.clock import Floats, Ints
from sandbox.world.draw import CENT, cents, zipf
from sandbox.world.model import COUNTRIES, Company
from sandbox.world.sizes import Size
from sandbox.world.words import ids

FIRST_PRODUCT = 8_000_001
COST_UNKNOWN_EVERY = 30  # of one product in so many the shop keeps no cost
_THINGS = ("Lampa", "Stol", "Pläd", "Hylla", "Vas", "Matta", "Kanna", "Bord", "Korg")


@dataclass(frozen=True)
class Products:
    """By position; the last one is the gift card. `popularity` leaves it out."""

    table: pd.DataFrame
    is_book: npt.NDArray[np.bool_]
    price_micros: Ints
    popularity: Floats

    @property
    def gift_card(self) -> int:
        return len(self.table) - 1


def build_products(size: Size, draw: np.random.Generator) -> Products:
    count = size.products + 1
    is_book = np.arange(count) % 10 == 4
    is_book[-1] = False
    crowns = np.exp(draw.normal(5.84, 0.75, count)).clip(49, 6_000)
    crowns = np.where(is_book, draw.uniform(99, 320, count), crowns)
    # Prices end in 9, a third of them in .50.
    price = cents(np.floor(crowns / 10) * 10 + 9 + np.where(np.arange(count) % 3 == 0, 0.5, 0.0))
    price[-1] = cents(500)
    cost = price / CENT / 100 / 1.25 * draw.uniform(0.38, 0.6, count)
    cost[-1] = 0
    titles = [
        "Presentkort"
        if number == size.products
        else f"{'Bok' if is_book[number] else _THINGS[number % 9]} {number + 1}"
        for number in range(count)
    ]
    table = pd.DataFrame(
        {
            "product_id": ids(FIRST_PRODUCT + np.arange(count)),
            "sku": pd.Series([f"SKU-{number + 1:05d}" for number in range(count)], dtype="str"),
            "title": pd.Series(titles, dtype="str"),
            "is_book": is_book,
            "price_micros": price,
            "unit_cost_micros": pd.Series(cents(cost)).astype("Int64").mask(np.arange(count) % COST_UNKNOWN_EVERY == 7),
        }
    )
    popularity = zipf(count - 1, 0.7)[draw.permutation(count - 1)]
    return Products(table, is_book, price, popularity)


def vat_thousandths(company: Company) -> npt.NDArray[np.int64]:
    """VAT in thousandths by country and by book (0 = no, 1 = yes)."""
    rates = [(company.vat_rates[code], company.book_vat_rates[code]) for code in COUNTRIES]
    return np.round(np.array(rates) * 1000).astype(np.int64)


def vat_inside(micros: Ints, thousandths: Ints) -> Ints:
    """VAT in amounts (micros, whole cents) that include it: whole cents, half away from zero, as the shop rounds."""
    amount = micros // CENT
    divisor = 1000 + thousandths
    return (2 * amount * thousandths + divisor) // (2 * divisor) * CENT

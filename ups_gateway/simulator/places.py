"""What the simulated UPS knows of the world: states, postal codes, countries, a few cities, how far apart they are.

The rule: plain tables and pure look-ups. Coordinates are state centres, so distances are good enough for zones and
for nothing else.
"""

from bisect import bisect_right
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple


class Region(NamedTuple):
    """A state or province: name, centre, and its standard time as whole hours from UTC."""

    name: str
    latitude: float
    longitude: float
    utc_hours: int


US_STATES = {
    "AL": Region("Alabama", 32.8, -86.8, -6),
    "AK": Region("Alaska", 64.1, -152.3, -9),
    "AZ": Region("Arizona", 34.3, -111.7, -7),
    "AR": Region("Arkansas", 34.8, -92.4, -6),
    "CA": Region("California", 36.8, -119.4, -8),
    "CO": Region("Colorado", 39.0, -105.5, -7),
    "CT": Region("Connecticut", 41.6, -72.7, -5),
    "DE": Region("Delaware", 39.0, -75.5, -5),
    "DC": Region("District of Columbia", 38.9, -77.0, -5),
    "FL": Region("Florida", 28.6, -82.4, -5),
    "GA": Region("Georgia", 32.6, -83.4, -5),
    "GU": Region("Guam", 13.4, 144.8, 10),
    "HI": Region("Hawaii", 20.3, -156.4, -10),
    "ID": Region("Idaho", 44.4, -114.6, -7),
    "IL": Region("Illinois", 40.0, -89.2, -6),
    "IN": Region("Indiana", 39.9, -86.3, -5),
    "IA": Region("Iowa", 42.1, -93.5, -6),
    "KS": Region("Kansas", 38.5, -98.4, -6),
    "KY": Region("Kentucky", 37.5, -85.3, -5),
    "LA": Region("Louisiana", 31.1, -92.0, -6),
    "ME": Region("Maine", 45.4, -69.2, -5),
    "MD": Region("Maryland", 39.1, -76.8, -5),
    "MA": Region("Massachusetts", 42.3, -71.8, -5),
    "MI": Region("Michigan", 44.3, -85.4, -5),
    "MN": Region("Minnesota", 46.3, -94.3, -6),
    "MS": Region("Mississippi", 32.7, -89.7, -6),
    "MO": Region("Missouri", 38.4, -92.5, -6),
    "MT": Region("Montana", 47.1, -109.6, -7),
    "NE": Region("Nebraska", 41.5, -99.8, -6),
    "NV": Region("Nevada", 39.3, -116.6, -8),
    "NH": Region("New Hampshire", 43.7, -71.6, -5),
    "NJ": Region("New Jersey", 40.2, -74.7, -5),
    "NM": Region("New Mexico", 34.4, -106.1, -7),
    "NY": Region("New York", 42.9, -75.5, -5),
    "NC": Region("North Carolina", 35.6, -79.4, -5),
    "ND": Region("North Dakota", 47.4, -100.5, -6),
    "OH": Region("Ohio", 40.3, -82.8, -5),
    "OK": Region("Oklahoma", 35.6, -97.5, -6),
    "OR": Region("Oregon", 43.9, -120.6, -8),
    "PA": Region("Pennsylvania", 40.9, -77.8, -5),
    "PR": Region("Puerto Rico", 18.2, -66.4, -4),
    "RI": Region("Rhode Island", 41.7, -71.6, -5),
    "SC": Region("South Carolina", 33.9, -80.9, -5),
    "SD": Region("South Dakota", 44.4, -100.2, -6),
    "TN": Region("Tennessee", 35.9, -86.4, -6),
    "TX": Region("Texas", 31.5, -99.3, -6),
    "UT": Region("Utah", 39.3, -111.7, -7),
    "VT": Region("Vermont", 44.1, -72.7, -5),
    "VA": Region("Virginia", 37.5, -78.8, -5),
    "VI": Region("Virgin Islands", 18.0, -64.8, -4),
    "WA": Region("Washington", 47.4, -120.5, -8),
    "WV": Region("West Virginia", 38.6, -80.6, -5),
    "WI": Region("Wisconsin", 44.6, -89.9, -6),
    "WY": Region("Wyoming", 43.0, -107.5, -7),
}
CA_PROVINCES = {
    "AB": Region("Alberta", 53.9, -115.0, -7),
    "BC": Region("British Columbia", 51.5, -122.5, -8),
    "MB": Region("Manitoba", 51.0, -98.5, -6),
    "NB": Region("New Brunswick", 46.5, -66.2, -4),
    "NL": Region("Newfoundland and Labrador", 48.6, -56.0, -3),
    "NS": Region("Nova Scotia", 45.0, -63.0, -4),
    "NT": Region("Northwest Territories", 63.0, -115.0, -7),
    "NU": Region("Nunavut", 64.5, -85.0, -5),
    "ON": Region("Ontario", 44.5, -79.5, -5),
    "PE": Region("Prince Edward Island", 46.4, -63.2, -4),
    "QC": Region("Quebec", 46.5, -72.5, -5),
    "SK": Region("Saskatchewan", 51.5, -106.0, -6),
    "YT": Region("Yukon", 61.5, -135.0, -7),
}
REGIONS = {"US": US_STATES, "PR": {"PR": US_STATES["PR"]}, "CA": CA_PROVINCES}

# The first number of each run of three-figure ZIP prefixes, and the state from there on ("" = none).
_ZIP_RUNS = [
    row.split(":")
    for row in (
        "000: 005:NY 006:PR 008:VI 009:PR 010:MA 028:RI 030:NH 039:ME 050:VT 055:MA 056:VT 060:CT 070:NJ 090: 100:NY"
        " 150:PA 197:DE 200:DC 201:VA 202:DC 206:MD 220:VA 247:WV 269: 270:NC 290:SC 300:GA 320:FL 340: 341:FL 350:AL"
        " 370:TN 386:MS 398:GA 400:KY 430:OH 460:IN 480:MI 500:IA 529: 530:WI 550:MN 568: 569:DC 570:SD 580:ND 589:"
        " 590:MT 600:IL 630:MO 660:KS 680:NE 694: 700:LA 716:AR 730:OK 733:TX 734:OK 750:TX 800:CO 817: 820:WY 832:ID"
        " 839: 840:UT 848: 850:AZ 866: 870:NM 885:TX 886: 889:NV 899: 900:CA 962: 967:HI 969:GU 970:OR 980:WA 995:AK"
    ).split()
]
_ZIP_STARTS = [int(start) for start, _ in _ZIP_RUNS]
_POSTAL_PROVINCES = dict(
    zip(
        "ABCEGHJKLMNPRSTVXY",
        ["NL", "NS", "PE", "NB", *["QC"] * 3, *["ON"] * 5, "MB", "SK", "AB", "BC", "NT", "YT"],
        strict=True,
    )
)


class Country(NamedTuple):
    """Name, currency, how far it is from others (see `area_distance`), and its tax on freight, name and percent."""

    name: str
    currency: str
    area: str
    tax: str = ""
    percent: int = 0


COUNTRIES = {
    "US": Country("UNITED STATES", "USD", "NA"),
    "PR": Country("PUERTO RICO", "USD", "NA"),
    "CA": Country("CANADA", "CAD", "NA", "GST", 5),
    "MX": Country("MEXICO", "MXN", "NA", "IVA", 16),
    "AT": Country("AUSTRIA", "EUR", "EU", "VAT", 20),
    "BE": Country("BELGIUM", "EUR", "EU", "VAT", 21),
    "BG": Country("BULGARIA", "BGN", "EU", "VAT", 20),
    "CY": Country("CYPRUS", "EUR", "EU", "VAT", 19),
    "CZ": Country("CZECH REPUBLIC", "CZK", "EU", "VAT", 21),
    "DE": Country("GERMANY", "EUR", "EU", "VAT", 19),
    "DK": Country("DENMARK", "DKK", "EU", "VAT", 25),
    "EE": Country("ESTONIA", "EUR", "EU", "VAT", 22),
    "ES": Country("SPAIN", "EUR", "EU", "VAT", 21),
    "FI": Country("FINLAND", "EUR", "EU", "VAT", 25),
    "FR": Country("FRANCE", "EUR", "EU", "VAT", 20),
    "GR": Country("GREECE", "EUR", "EU", "VAT", 24),
    "HR": Country("CROATIA", "EUR", "EU", "VAT", 25),
    "HU": Country("HUNGARY", "HUF", "EU", "VAT", 27),
    "IE": Country("IRELAND", "EUR", "EU", "VAT", 23),
    "IT": Country("ITALY", "EUR", "EU", "VAT", 22),
    "LT": Country("LITHUANIA", "EUR", "EU", "VAT", 21),
    "LU": Country("LUXEMBOURG", "EUR", "EU", "VAT", 17),
    "LV": Country("LATVIA", "EUR", "EU", "VAT", 21),
    "MT": Country("MALTA", "EUR", "EU", "VAT", 18),
    "NL": Country("NETHERLANDS", "EUR", "EU", "VAT", 21),
    "PL": Country("POLAND", "PLN", "EU", "VAT", 23),
    "PT": Country("PORTUGAL", "EUR", "EU", "VAT", 23),
    "RO": Country("ROMANIA", "RON", "EU", "VAT", 19),
    "SE": Country("SWEDEN", "SEK", "EU", "VAT", 25),
    "SI": Country("SLOVENIA", "EUR", "EU", "VAT", 22),
    "SK": Country("SLOVAKIA", "EUR", "EU", "VAT", 20),
    "GB": Country("UNITED KINGDOM", "GBP", "ER", "VAT", 20),
    "CH": Country("SWITZERLAND", "CHF", "ER", "VAT", 8),
    "NO": Country("NORWAY", "NOK", "ER", "VAT", 25),
    "TR": Country("TURKEY", "TRY", "ER", "VAT", 20),
    "UA": Country("UKRAINE", "UAH", "ER", "VAT", 20),
    "AE": Country("UNITED ARAB EMIRATES", "AED", "ME", "VAT", 5),
    "IL": Country("ISRAEL", "ILS", "ME", "VAT", 17),
    "SA": Country("SAUDI ARABIA", "SAR", "ME", "VAT", 15),
    "EG": Country("EGYPT", "EGP", "ME"),
    "ZA": Country("SOUTH AFRICA", "ZAR", "AF", "VAT", 15),
    "KE": Country("KENYA", "KES", "AF"),
    "NG": Country("NIGERIA", "NGN", "AF"),
    "CN": Country("CHINA", "CNY", "AS"),
    "HK": Country("HONG KONG", "HKD", "AS"),
    "ID": Country("INDONESIA", "IDR", "AS"),
    "IN": Country("INDIA", "INR", "AS", "GST", 18),
    "JP": Country("JAPAN", "JPY", "AS"),
    "KR": Country("KOREA, SOUTH", "KRW", "AS"),
    "MY": Country("MALAYSIA", "MYR", "AS"),
    "PH": Country("PHILIPPINES", "PHP", "AS"),
    "SG": Country("SINGAPORE", "SGD", "AS", "GST", 9),
    "TH": Country("THAILAND", "THB", "AS"),
    "TW": Country("TAIWAN", "TWD", "AS"),
    "VN": Country("VIETNAM", "VND", "AS"),
    "AU": Country("AUSTRALIA", "AUD", "OC", "GST", 10),
    "NZ": Country("NEW ZEALAND", "NZD", "OC", "GST", 15),
    "AR": Country("ARGENTINA", "ARS", "SA"),
    "BR": Country("BRAZIL", "BRL", "SA"),
    "CL": Country("CHILE", "CLP", "SA"),
    "CO": Country("COLOMBIA", "COP", "SA"),
    "PE": Country("PERU", "PEN", "SA"),
    "CR": Country("COSTA RICA", "CRC", "CB"),
    "DO": Country("DOMINICAN REPUBLIC", "DOP", "CB"),
    "GT": Country("GUATEMALA", "GTQ", "CB"),
    "JM": Country("JAMAICA", "JMD", "CB"),
    "PA": Country("PANAMA", "USD", "CB"),
}
_NEIGHBOURS = {frozenset(pair.split("-")) for pair in "EU-ER NA-CB SA-CB AS-OC EU-ME ER-ME ME-AF ME-AS".split()}


@dataclass(frozen=True, slots=True)
class City:
    """A US city with its range of ZIP codes."""

    name: str
    state: str
    low: str
    high: str


CITIES = tuple(
    City(name.strip(), state, low, high)
    for name, state, low, high in (
        line.rsplit(" ", 3)
        for line in """ALPHARETTA GA 30004 30009
ATLANTA GA 30301 30399
ROSWELL GA 30075 30077
BALTIMORE MD 21201 21298
TIMONIUM MD 21093 21094
SPARKS MD 21152 21152
NEW YORK NY 10001 10292
BROOKLYN NY 11201 11256
ALBANY NY 12201 12288
BUFFALO NY 14201 14280
SCHENECTADY NY 12301 12345
BOSTON MA 02101 02298
SPRINGFIELD MA 01101 01199
WAYNE NJ 07470 07474
MAHWAH NJ 07430 07495
NEWARK NJ 07101 07199
PHILADELPHIA PA 19019 19255
PITTSBURGH PA 15201 15295
WASHINGTON DC 20001 20099
RICHMOND VA 23218 23298
CHARLOTTE NC 28201 28299
MIAMI FL 33101 33299
ORLANDO FL 32801 32899
TAMPA FL 33601 33699
LOUISVILLE KY 40201 40299
NASHVILLE TN 37201 37250
CLEVELAND OH 44101 44199
COLUMBUS OH 43201 43299
SPRINGFIELD OH 45501 45506
DETROIT MI 48201 48299
CHICAGO IL 60601 60699
SPRINGFIELD IL 62701 62796
SAINT LOUIS MO 63101 63199
SPRINGFIELD MO 65801 65899
MINNEAPOLIS MN 55401 55488
MILWAUKEE WI 53201 53295
DALLAS TX 75201 75398
HOUSTON TX 77001 77299
AUSTIN TX 78701 78799
DENVER CO 80201 80299
SALT LAKE CITY UT 84101 84199
PHOENIX AZ 85001 85099
LAS VEGAS NV 89101 89199
LOS ANGELES CA 90001 90099
BEVERLY HILLS CA 90209 90213
SAN DIEGO CA 92101 92199
SAN FRANCISCO CA 94101 94188
PORTLAND OR 97201 97299
PORTLAND ME 04101 04124
SEATTLE WA 98101 98199
ANCHORAGE AK 99501 99599
HONOLULU HI 96801 96899
SAN JUAN PR 00901 00940""".splitlines()
    )
)


def state_of_postal_code(country: str, postal: str) -> str:
    """The state or province a postal code lies in; "" when it cannot be, or the country is not known by code."""
    if country in ("US", "PR"):
        if len(postal) < 5 or not postal[:5].isdigit():
            return ""
        return _ZIP_RUNS[bisect_right(_ZIP_STARTS, int(postal[:3])) - 1][1]
    if country == "CA":
        return _POSTAL_PROVINCES.get(postal[:1].upper(), "")
    return ""


def city_of_postal_code(postal: str) -> City | None:
    """The listed US city a ZIP code belongs to."""
    zip5 = postal[:5]
    return next((city for city in CITIES if city.low <= zip5 <= city.high), None)


def cities_named(name: str, state: str = "") -> list[City]:
    """Listed US cities of that name, or beginning with it."""
    wanted = name.upper().strip()
    found = [city for city in CITIES if city.name == wanted and state in ("", city.state)]
    return found or [c for c in CITIES if wanted and c.name.startswith(wanted) and state in ("", c.state)]


def region(country: str, state: str, postal: str) -> Region | None:
    """The region of an address, by state and else by postal code."""
    regions = REGIONS.get(country, {})
    return regions.get(state.upper()) or regions.get(state_of_postal_code(country, postal))


def miles(one: Region, other: Region) -> float:
    """Great-circle distance of two regions' centres."""
    lat1, lat2 = radians(one.latitude), radians(other.latitude)
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 7918 * asin(sqrt(chord))


def country(code: str) -> Country:
    """What is known of a country; one that is not listed gets its code as its name and dollars."""
    return COUNTRIES.get(code) or Country(code, "USD", "AF")


def area_distance(origin: str, destination: str) -> int:
    """1 (same part of the world) to 3 (far) for two countries."""
    here, there = country(origin).area, country(destination).area
    if here == there:
        return 1
    return 2 if frozenset((here, there)) in _NEIGHBOURS else 3

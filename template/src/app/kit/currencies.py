"""Currencies, as ISO 4217 lists them: https://www.iso.org/iso-4217-currency-codes.html"""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema

_CURRENCIES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN
    BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP
    ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR
    ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
    MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK
    PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC
    SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND
    VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CURRENCIES.split())


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _known(code: str) -> str:
    if code not in CURRENCIES:
        raise ValueError("This is no currency of ISO 4217, such as EUR.")
    return code


Currency = Annotated[
    str,
    StringConstraints(min_length=3, max_length=3),
    BeforeValidator(_upper),
    AfterValidator(_known),
    WithJsonSchema({"type": "string", "enum": sorted(CURRENCIES)}),
]
"""The ISO 4217 code of a currency that is in use, in upper case."""

"""Three well-known example databases, described in full: Northwind, Chinook and Sakila.

Only their natural keys are given up: each row has an id, and the key is a unique field.
"""

from typing import Any

_ADDRESS = {
    "address": "str(60)?",
    "city": "str(15)? index",
    "region": "str(15)? index",
    "postal_code": "str(10)? index",
    "country": "str(15)? index filters(several, empty)",
    "phone": "str(24)?",
    "fax": "str(24)?",
}
_COMPANY = {
    "company_name": "str(40) index search",
    "contact_name": "str(30)? search",
    "contact_title": "str(30)?",
    **_ADDRESS,
}

NORTHWIND: dict[str, Any] = {
    "project_name": "Northwind Traders",
    "description": "Orders, products & suppliers – as in the sample everybody knows.",
    "modules": ["files"],
    "custom_modules": {
        "categories": {
            "fields": {"name": "str(15) unique search", "description": "text? search", "picture": "image?"},
        },
        "customer_demographics": {"fields": {"customer_type": "str(10) unique", "customer_desc": "text?"}},
        "customers": {
            "fields": {
                "code": 'str(5) matching "[A-Z]{5}" unique search',
                **_COMPANY,
                "demographics": "refs customer_demographics",
            },
            "archive": True,
            "csv": True,
        },
        "regions": {"fields": {"region_description": "str(60) unique"}},
        "territories": {
            "fields": {
                "code": 'str(20) matching "[0-9]{5}" unique',
                "territory_description": "str(60)",
                "region": "ref regions",
            },
        },
        "employees": {
            "fields": {
                "last_name": "str(20) index search",
                "first_name": "str(10) search",
                "title": "str(30)?",
                "title_of_courtesy": "str(25)?",
                "birth_date": "date? private",
                "hire_date": "date? > birth_date filters(range, empty)",
                "address": "str(60)? private",
                "city": "str(15)?",
                "region": "str(15)?",
                "postal_code": "str(10)? index",
                "country": "str(15)?",
                "home_phone": "str(24)? private",
                "extension": "str(4)?",
                "photo": "image?",
                "photo_path": "str(255)?",
                "notes": "text? private",
                "reports_to": "ref employees? on delete set null",
                "territories": "refs territories on delete restrict",
            },
            "roles": {"create": "admin", "change": "admin", "delete": "owner"},
        },
        "shippers": {"fields": {"company_name": "str(40) unique", "phone": "str(24)?"}},
        "suppliers": {"fields": {**_COMPANY, "homepage": "text?"}},
        "products": {
            "fields": {
                "product_name": "str(40) index search",
                "supplier": "ref suppliers? filters(several, empty)",
                "category": "ref categories?",
                "quantity_per_unit": "str(20)?",
                "unit_price": "decimal(10, 4)? >= 0 index filters(range, empty) = 0",
                "units_in_stock": "int? 0..32767 index filters(range) = 0",
                "units_on_order": "int? 0..32767 = 0",
                "reorder_level": "int? 0..32767 = 0",
                "discontinued": "bool index = false",
            },
            "archive": True,
            "bulk": 200,
            "csv": True,
        },
        "orders": {
            "fields": {
                "number": 'number("{n:05}")',
                "customer": "ref customers? filters(several)",
                "employee": "ref employees?",
                "order_date": "date filters(range) = today",
                "required_date": "date? >= order_date filters(range, empty)",
                "shipped_date": "date? >= order_date filters(empty)",
                "ship_via": "ref shippers?",
                "freight": "decimal(10, 4)? >= 0 = 0",
                "ship_name": "str(40)?",
                "ship_address": "str(60)?",
                "ship_city": "str(15)?",
                "ship_region": "str(15)?",
                "ship_postal_code": "str(10)? index",
                "ship_country": "str(15)?",
                "details": {
                    "many": {
                        "product": "ref products",
                        "unit_price": "decimal(10, 4) >= 0",
                        "quantity": "int 1..32767 = 1",
                        "discount": "float 0..1 = 0",
                    },
                },
            },
            "archive": True,
        },
        "us_states": {
            "fields": {
                "state_name": "str(100)? index",
                "state_abbr": 'str(2) matching "[A-Z]{2}" unique',
                "state_region": "str(50)? index",
            },
            "shared": True,
        },
    },
}

_PERSON = {
    "address": "str(70)? private",
    "city": "str(40)?",
    "state": "str(40)?",
    "country": "str(40)? index",
    "postal_code": "str(10)?",
    "phone": "str(24)? private",
    "fax": "str(24)?",
}

CHINOOK: dict[str, Any] = {
    "project_name": "Chinook",
    "description": "A shop of digital music.",
    "modules": [],
    "custom_modules": {
        "artists": {"fields": {"name": "str(120)? index search"}},
        "albums": {"fields": {"title": "str(160) index search", "artist": "ref artists"}},
        "genres": {"fields": {"name": "str(120)? unique"}, "shared": True},
        "media_types": {"fields": {"name": "str(120)? unique"}, "shared": True, "only": ["list", "read"]},
        "employees": {
            "fields": {
                "last_name": "str(20) index",
                "first_name": "str(20)",
                "title": "str(30)?",
                "reports_to": "ref employees? on delete set null",
                "birth_date": "datetime? private",
                "hire_date": "datetime? > birth_date",
                **_PERSON,
                "email": "email? unique",
            },
        },
        "customers": {
            "fields": {
                "first_name": "str(40) search",
                "last_name": "str(20) index search",
                "company": "str(80)? search",
                **_PERSON,
                "email": "email unique",
                "support_rep": "ref employees? on delete set null filters(empty)",
            },
            "archive": True,
        },
        "invoices": {
            "fields": {
                "number": 'number("{year}-{n:06}")',
                "customer": "ref customers",
                "invoice_date": "datetime filters(range) = now",
                "billing_address": "str(70)?",
                "billing_city": "str(40)?",
                "billing_state": "str(40)?",
                "billing_country": "str(40)?",
                "billing_postal_code": "str(10)?",
                "total": "money(USD) >= 0 index filters(range)",
                "status": "enum(draft -> issued -> paid | void)",
                "lines": {
                    "many": {
                        "track": "ref tracks",
                        "unit_price": "money(USD) >= 0",
                        "quantity": "int >= 1 = 1",
                    },
                    "rows": "1..",
                },
            },
            "only": ["list", "create", "read", "change", "mark_issued", "mark_paid", "mark_void"],
            "roles": {"mark_void": "admin"},
        },
        "tracks": {
            "fields": {
                "name": "str(200) index search",
                "album": "ref albums? on delete cascade",
                "media_type": "ref media_types",
                "genre": "ref genres? filters(several, empty)",
                "composer": "str(220)? search",
                "milliseconds": "bigint >= 0 index filters(range)",
                "size_in_bytes": "bigint? >= 0",
                "unit_price": "money(USD) >= 0 = 0.99",
            },
            "csv": True,
        },
        "playlists": {"fields": {"name": "str(120)? index"}},
        # A module of its own, for a playlist has thousands of tracks, and a list of refs up to 100.
        "playlist_tracks": {
            "fields": {
                "playlist": "ref playlists on delete cascade",
                "track": "ref tracks on delete cascade unique with playlist",
            },
            "bulk": 1000,
            "only": ["list", "create", "read", "delete"],
        },
    },
}

SAKILA: dict[str, Any] = {
    "project_name": "Sakila DVD Rental",
    "description": "Films, shops and who has rented what.",
    "modules": ["files"],
    "custom_modules": {
        "actors": {"fields": {"first_name": "str(45)", "last_name": "str(45) index search"}},
        "categories": {"fields": {"name": "str(25) unique"}},
        "film_languages": {"fields": {"name": "str(20) unique"}, "shared": True},
        "countries": {"fields": {"country": "str(50) unique"}, "shared": True},
        "cities": {"fields": {"city": "str(50) unique with country", "country": "ref countries"}, "shared": True},
        "addresses": {
            "fields": {
                "address": "str(50)",
                "address2": "str(50)?",
                "district": "str(20)",
                "city": "ref cities",
                "postal_code": "str(10)?",
                "phone": "str(20)",
            },
        },
        "films": {
            "fields": {
                "title": "str(255) index search",
                "description": "text? search",
                "release_year": "int? 1901..2155 index filters(range, empty)",
                "language": "ref film_languages",
                "original_language": "ref film_languages?",
                "rental_duration": "int 1..365 = 3",
                "rental_rate": "decimal(4, 2) >= 0 index filters(range) = 4.99",
                "length": "int? 1..32767",
                "replacement_cost": "decimal(5, 2) >= 0 = 19.99",
                "rating": 'enum(G = "General audiences", PG = "Parental guidance suggested",'
                ' PG-13 = "Parents strongly cautioned", R = "Restricted", NC-17 = "Adults only")? filters(several) = G',
                "special_features": "list of str(40)?",
                "actors": "refs actors",
                "categories": "refs categories on delete restrict",
            },
            "archive": True,
            "csv": True,
        },
        "stores": {"fields": {"address": "ref addresses"}},
        "staff": {
            "fields": {
                "first_name": "str(45)",
                "last_name": "str(45) index",
                "address": "ref addresses",
                "email": "email? unique",
                "store": "ref stores",
                "active": "bool = true",
                "username": "str(2..16) unique",
                "password": "str(40)? private",
                "picture": "image? on delete set null",
            },
            "roles": {"create": "admin", "change": "admin", "delete": "admin"},
        },
        # Between two modules that refer to each other: a store has one manager, who manages one store.
        "store_managers": {"fields": {"store": "ref stores unique", "manager": "ref staff unique"}},
        "inventories": {"fields": {"film": "ref films", "store": "ref stores"}, "bulk": True},
        "customers": {
            "fields": {
                "store": "ref stores",
                "first_name": "str(45) search",
                "last_name": "str(45) index search",
                "email": "email? private",
                "address": "ref addresses",
                "activebool": "bool index = true",
                "create_date": "date = today",
                "active": "int?",
            },
        },
        "rentals": {
            "fields": {
                "rental_date": "datetime filters(range) = now",
                "inventory": "ref inventories",
                "customer": "ref customers unique with rental_date and inventory",
                "return_date": "datetime? >= rental_date filters(empty)",
                "staff": "ref staff",
            },
        },
        "payments": {
            "fields": {
                "customer": "ref customers",
                "staff": "ref staff",
                "rental": "ref rentals? on delete set null",
                "amount": "decimal(5, 2) >= 0",
                "payment_date": "datetime filters(range) = now",
            },
        },
    },
}

REAL_MODELS = {"northwind": NORTHWIND, "chinook": CHINOOK, "sakila": SAKILA}

"""Services that every module may lean on. Core knows no module; modules introduce themselves."""

"""Services for all modules. Core imports no module; modules register themselves."""

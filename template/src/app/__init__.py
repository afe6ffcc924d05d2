"""The application. Its processes collect garbage rarely, from the first import on."""

import gc

# Imports make a million objects and hardly any garbage; looking for it took a fifth of their time.
gc.set_threshold(20_000, 20, 50)

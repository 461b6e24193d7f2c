"""Decks made from the lectures: `lecture` reads a notebook into slides, `build` writes them as pages."""

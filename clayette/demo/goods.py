"""What the farms of the story sell: data. Prices in cents."""

from typing import Any

Goods = list[dict[str, Any]]

VEGETABLES: Goods = [
    {"name": "Carottes de plein champ", "category": "vegetables.root", "unit": "kg", "price": 280, "on_hand": "25"},
    {"name": "Salade batavia", "category": "vegetables.leafy", "unit": "piece", "price": 120, "on_hand": "3"},
    {"name": "Potimarron", "category": "vegetables.squash", "unit": "kg", "price": 310, "weighed": True},
]
DAIRY: Goods = [
    {
        "name": "Tomme de vache",
        "category": "dairy.cow_cheese",
        "unit": "kg",
        "price": 2150,
        "weighed": True,
        "allergens": ["milk"],
    },
    {
        "name": "Yaourt nature",
        "category": "dairy.yogurt",
        "unit": "piece",
        "net_quantity": "125",
        "net_unit": "g",
        "price": 85,
        "allergens": ["milk"],
    },
]
OIL: Goods = [
    {
        "name": "Huile de noix",
        "category": "grocery.oils",
        "unit": "piece",
        "net_quantity": "0.5",
        "net_unit": "l",
        "price": 1490,
        "allergens": ["nuts"],
    }
]

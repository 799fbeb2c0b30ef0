"""Farms and goods of the demo market: data."""

from typing import Any

Goods = list[tuple[int, dict[str, Any]]]


def _kg(price: int, name: str, category: str, **more: Any) -> tuple[int, dict[str, Any]]:
    return price, {"name": name, "category": category, "unit": "kg"} | more


def _piece(price: int, name: str, category: str, **more: Any) -> tuple[int, dict[str, Any]]:
    return price, {"name": name, "category": category, "unit": "piece"} | more


FARMS: list[dict[str, Any]] = [
    {
        "person": "Paul Mariuzzo",
        "facts": {
            "name": "Les Jardins du Moulin",
            "labels": [],
            "presentation": "Légumes de saison sur trois hectares, en bord de Garonne.",
        },
        "products": [
            _kg(280, "Carottes de plein champ", "vegetables.root", on_hand="60"),
            _piece(120, "Salade batavia", "vegetables.leafy", on_hand="80"),
            _kg(310, "Potimarron", "vegetables.squash", weighed=True),
            _kg(240, "Poireaux", "vegetables.bulb"),
            _kg(350, "Épinards", "vegetables.leafy", on_hand="15"),
        ],
    },
    {
        "person": "Claire Etcheverry",
        "facts": {
            "name": "Ferme des Trois Chênes",
            "presentation": "Vingt vaches jersiaises et un petit atelier de fromages.",
        },
        "products": [
            _kg(2150, "Tomme de vache", "dairy.cow_cheese", weighed=True, allergens=["milk"]),
            _piece(85, "Yaourt nature", "dairy.yogurt", net_quantity="125", net_unit="g", allergens=["milk"]),
            _piece(320, "Beurre cru", "dairy.butter_cream", net_quantity="250", net_unit="g", allergens=["milk"]),
        ],
    },
    {
        "person": "Dominique Alain",
        "facts": {"name": "Moulin de la Noix", "presentation": "Noix du Périgord, pressées à la meule de pierre."},
        "products": [
            _piece(1490, "Huile de noix", "grocery.oils", net_quantity="0.5", net_unit="l", allergens=["nuts"]),
            _piece(690, "Cerneaux de noix", "fruit.nuts", net_quantity="200", net_unit="g", allergens=["nuts"]),
        ],
    },
    {
        "person": "Julie Sanchez",
        "facts": {"name": "Le Fournil de Cambes", "presentation": "Pain au levain, cuit au bois le vendredi soir."},
        "products": [
            _piece(
                450,
                "Pain de campagne",
                "bakery.bread",
                net_quantity="1",
                net_unit="kg",
                allergens=["gluten"],
                on_hand="40",
            ),
            _piece(220, "Brioche", "bakery.pastries", allergens=["gluten", "eggs", "milk"], on_hand="25"),
        ],
    },
]

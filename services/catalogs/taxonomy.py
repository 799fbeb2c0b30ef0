"""What is sold, in two levels: data, not rules. A category's code is `group.category`; codes never change meaning.

Each category has the VAT rate (basis points) that most of its products carry in metropolitan France; a product
may say otherwise. Foodstuffs are at 5.5 %, alcohol, sweets and non-food at 20 %, plants and firewood at 10 %.
"""

from dataclasses import dataclass

REDUCED, INTERMEDIATE, NORMAL = 550, 1000, 2000


@dataclass(frozen=True)
class Category:
    code: str
    fr: str
    en: str
    vat_bp: int


@dataclass(frozen=True)
class Group:
    code: str
    fr: str
    en: str
    categories: tuple[Category, ...]


def _group(code: str, fr: str, en: str, *rows: tuple[str, str, str] | tuple[str, str, str, int]) -> Group:
    return Group(
        code,
        fr,
        en,
        tuple(Category(f"{code}.{row[0]}", row[1], row[2], row[3] if len(row) == 4 else REDUCED) for row in rows),
    )


GROUPS = (
    _group(
        "vegetables",
        "Légumes",
        "Vegetables",
        ("leafy", "Salades et légumes-feuilles", "Salads and leafy vegetables"),
        ("root", "Racines et tubercules", "Roots and tubers"),
        ("fruiting", "Légumes-fruits", "Fruiting vegetables"),
        ("squash", "Courges", "Squashes"),
        ("bulb", "Ail, oignons, poireaux", "Garlic, onions, leeks"),
        ("pulses", "Légumes secs", "Pulses"),
        ("mushrooms", "Champignons", "Mushrooms"),
        ("herbs", "Herbes aromatiques", "Herbs"),
        ("basket", "Paniers de légumes", "Vegetable boxes"),
    ),
    _group(
        "fruit",
        "Fruits",
        "Fruit",
        ("pome", "Pommes et poires", "Apples and pears"),
        ("stone", "Fruits à noyau", "Stone fruit"),
        ("berries", "Petits fruits rouges", "Berries"),
        ("citrus", "Agrumes", "Citrus"),
        ("nuts", "Noix et fruits secs", "Nuts and dried fruit"),
        ("other", "Autres fruits", "Other fruit"),
    ),
    _group(
        "dairy",
        "Crémerie",
        "Dairy",
        ("milk", "Lait", "Milk"),
        ("butter_cream", "Beurre et crème", "Butter and cream"),
        ("yogurt", "Yaourts et desserts lactés", "Yogurts and milk desserts"),
        ("cow_cheese", "Fromages de vache", "Cow's cheeses"),
        ("goat_cheese", "Fromages de chèvre", "Goat's cheeses"),
        ("sheep_cheese", "Fromages de brebis", "Sheep's cheeses"),
    ),
    _group("eggs", "Œufs", "Eggs", ("hen", "Œufs de poule", "Hen's eggs"), ("other", "Autres œufs", "Other eggs")),
    _group(
        "meat",
        "Viandes",
        "Meat",
        ("beef", "Bœuf", "Beef"),
        ("veal", "Veau", "Veal"),
        ("pork", "Porc", "Pork"),
        ("lamb", "Agneau et mouton", "Lamb and mutton"),
        ("poultry", "Volailles", "Poultry"),
        ("rabbit", "Lapin", "Rabbit"),
        ("cured", "Charcuterie et salaisons", "Cured meats"),
        ("foie_gras", "Foies gras et confits", "Foie gras and confits"),
        ("box", "Colis de viande", "Meat boxes"),
    ),
    _group(
        "fish",
        "Poissons et coquillages",
        "Fish and shellfish",
        ("sea", "Poissons de mer", "Sea fish"),
        ("freshwater", "Poissons de rivière", "Freshwater fish"),
        ("shellfish", "Huîtres et coquillages", "Oysters and shellfish"),
        ("seaweed", "Algues", "Seaweed"),
    ),
    _group(
        "bakery",
        "Boulangerie",
        "Bakery",
        ("bread", "Pains", "Bread"),
        ("pastries", "Viennoiseries et pâtisseries", "Pastries"),
        ("biscuits", "Biscuits", "Biscuits"),
    ),
    _group(
        "grocery",
        "Épicerie salée",
        "Savoury grocery",
        ("oils", "Huiles et vinaigres", "Oils and vinegars"),
        ("flour", "Farines et céréales", "Flours and cereals"),
        ("pasta", "Pâtes", "Pasta"),
        ("preserves", "Conserves et bocaux", "Preserves and jars"),
        ("prepared", "Plats préparés", "Prepared dishes"),
        ("takeaway", "Plats à consommer aussitôt", "Dishes to eat at once", INTERMEDIATE),
        ("condiments", "Sel, épices et condiments", "Salt, spices and condiments"),
    ),
    _group(
        "sweet",
        "Épicerie sucrée",
        "Sweet grocery",
        ("honey", "Miels", "Honey"),
        ("jam", "Confitures", "Jams"),
        ("chocolate", "Chocolat noir en tablette", "Plain chocolate bars"),
        ("confectionery", "Confiseries et chocolats fourrés", "Sweets and filled chocolates", NORMAL),
        ("ice_cream", "Glaces et sorbets", "Ice creams and sorbets"),
    ),
    _group(
        "drinks",
        "Boissons",
        "Drinks",
        ("juice", "Jus de fruits et nectars", "Fruit juices and nectars"),
        ("soft", "Sirops, limonades, eaux", "Syrups, lemonades, waters"),
        ("infusions", "Tisanes, thés et cafés", "Herbal teas, teas and coffees"),
        ("wine", "Vins", "Wines", NORMAL),
        ("beer", "Bières", "Beers", NORMAL),
        ("cider", "Cidres et poirés", "Ciders and perries", NORMAL),
        ("spirits", "Alcools et liqueurs", "Spirits and liqueurs", NORMAL),
    ),
    _group(
        "plants",
        "Plantes et jardin",
        "Plants and garden",
        ("flowers", "Fleurs", "Flowers", INTERMEDIATE),
        ("seedlings", "Plants et semences", "Seedlings and seeds", INTERMEDIATE),
        ("firewood", "Bois de chauffage", "Firewood", INTERMEDIATE),
    ),
    _group(
        "home",
        "Maison et bien-être",
        "Home and well-being",
        ("cosmetics", "Savons et cosmétiques", "Soaps and cosmetics", NORMAL),
        ("candles", "Bougies", "Candles", NORMAL),
        ("textile", "Laine et textile", "Wool and textiles", NORMAL),
        ("crafts", "Artisanat", "Crafts", NORMAL),
        ("pets", "Alimentation animale", "Pet food", NORMAL),
    ),
)

CATEGORIES = {category.code: category for group in GROUPS for category in group.categories}

UNITS = {
    "piece": ("pièce", "piece"),
    "kg": ("kg", "kg"),
    "g": ("g", "g"),
    "l": ("l", "l"),
    "cl": ("cl", "cl"),
    "ml": ("ml", "ml"),
    "bunch": ("botte", "bunch"),
    "tray": ("barquette", "tray"),
    "bag": ("sachet", "bag"),
    "box": ("caisse", "box"),
    "jar": ("pot", "jar"),
    "bottle": ("bouteille", "bottle"),
    "dozen": ("douzaine", "dozen"),
    "portion": ("portion", "portion"),
    "basket": ("panier", "basket"),
}
"""How a product is counted: code → (French, English)."""

ALLERGENS = {
    "gluten": ("Céréales contenant du gluten", "Cereals containing gluten"),
    "crustaceans": ("Crustacés", "Crustaceans"),
    "eggs": ("Œufs", "Eggs"),
    "fish": ("Poissons", "Fish"),
    "peanuts": ("Arachides", "Peanuts"),
    "soybeans": ("Soja", "Soybeans"),
    "milk": ("Lait", "Milk"),
    "nuts": ("Fruits à coque", "Nuts"),
    "celery": ("Céleri", "Celery"),
    "mustard": ("Moutarde", "Mustard"),
    "sesame": ("Graines de sésame", "Sesame seeds"),
    "sulphites": ("Anhydride sulfureux et sulfites", "Sulphur dioxide and sulphites"),
    "lupin": ("Lupin", "Lupin"),
    "molluscs": ("Mollusques", "Molluscs"),
}
"""The fourteen of annex II of regulation (EU) 1169/2011."""

LABELS = {
    "ab": ("Agriculture biologique", "Organic farming (AB)"),
    "conversion": ("En conversion bio", "In organic conversion"),
    "demeter": ("Demeter", "Demeter"),
    "nature_progres": ("Nature & Progrès", "Nature & Progrès"),
    "label_rouge": ("Label Rouge", "Label Rouge"),
    "aop": ("AOP", "PDO"),
    "igp": ("IGP", "PGI"),
    "stg": ("STG", "TSG"),
    "hve": ("Haute valeur environnementale", "High environmental value"),
    "bleu_blanc_coeur": ("Bleu-Blanc-Cœur", "Bleu-Blanc-Cœur"),
    "bienvenue": ("Bienvenue à la ferme", "Bienvenue à la ferme"),
    "accueil_paysan": ("Accueil Paysan", "Accueil Paysan"),
    "artisan": ("Artisan", "Craftsman"),
    "fermier": ("Produits fermiers", "Farm-made products"),
}

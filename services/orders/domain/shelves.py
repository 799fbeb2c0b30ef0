"""In which order the kinds of products stand in the shop: that of the taxonomy, which is data of catalogs (a test compares)."""

SHELVES = {
    "vegetables": ("leafy", "root", "fruiting", "squash", "bulb", "pulses", "mushrooms", "herbs", "basket"),
    "fruit": ("pome", "stone", "berries", "citrus", "nuts", "other"),
    "dairy": ("milk", "butter_cream", "yogurt", "cow_cheese", "goat_cheese", "sheep_cheese"),
    "eggs": ("hen", "other"),
    "meat": ("beef", "veal", "pork", "lamb", "poultry", "rabbit", "cured", "foie_gras", "box"),
    "fish": ("sea", "freshwater", "shellfish", "seaweed"),
    "bakery": ("bread", "pastries", "biscuits"),
    "grocery": ("oils", "flour", "pasta", "preserves", "prepared", "takeaway", "condiments"),
    "sweet": ("honey", "jam", "chocolate", "confectionery", "ice_cream"),
    "drinks": ("juice", "soft", "infusions", "wine", "beer", "cider", "spirits"),
    "plants": ("flowers", "seedlings", "firewood"),
    "home": ("cosmetics", "candles", "textile", "crafts", "pets"),
}
KINDS = [f"{group}.{kind}" for group, kinds in SHELVES.items() for kind in kinds]

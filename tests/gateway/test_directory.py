"""The directory over the API, joined with what a market has already."""


def test_suggestions_leave_out_whom_the_market_has(town):  # SPEC C5 P4
    found = town.admin.get(f"/markets/{town.ids['market_id']}/producer-suggestions")
    near = town.admin.get("/producers?near=33880 Cambes")

    assert [item["producer_id"] for item in found["items"]] == [town.ids["foreign_producer_id"]]
    assert {item["producer_id"] for item in near["items"]} == {
        town.ids["producer_id"],
        town.ids["foreign_producer_id"],
    }
    assert {item["distance_km"] for item in near["items"]} == {0.0}

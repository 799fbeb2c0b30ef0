"""Files of people as rows: the formats that spreadsheets save, and files that mean harm."""

import io
import zipfile

import pytest
import xlsxwriter

from gateway.errors import Problem
from gateway.sheets import MOST_SHEET_BYTES, as_file, rows_of
from tests.gateway.people import refusal

ROWS = [["Nom", "Prix"], ["Crème d’été", "3,50"]]
ODS = """<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.3"><office:body><office:spreadsheet><table:table table:name="A">
<table:table-row><table:table-cell office:value-type="string"><text:p>Nom</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Prix</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>Crème d’été</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="{value}"{more}><text:p>3,50</text:p></table:table-cell>
</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""
MANIFEST = """<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
</manifest:manifest>"""


def ods(value="3.5", more=""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.replace("\n<", "<").format(value=value, more=more))
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    return out.getvalue()


def xlsx(*cells):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for row, column, cell in cells:
            sheet.write(row, column, cell)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_csv_is_read_as_spreadsheets_save_it(encoding, separator):  # SPEC C3
    text = f'Nom{separator}Prix\r\nCrème d’été{separator}"3,50"\r\n{separator}\r\n'

    assert rows_of(text.encode(encoding)) == ROWS


def test_workbooks_are_read_with_their_numbers():  # SPEC C3
    assert rows_of(ods())[1] == ["Crème d’été", "3,5"]
    assert rows_of(xlsx((0, 0, "Nom"), (1, 0, 12), (1, 1, 0.1), (2, 1, True))) == [
        ["Nom", ""],
        ["12", "0,1"],
        ["", "oui"],
    ]


def test_an_exported_workbook_holds_numbers_and_no_formula():  # SPEC C3 X4
    table = {"name": "x", "header": ["A", "B"], "numeric": [False, True], "rows": [["=1+1", "3,50"], ["007", ""]]}

    inside = zipfile.ZipFile(io.BytesIO(as_file(table, "xlsx").data))

    sheet = inside.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<v>3.5</v>" in sheet
    assert rows_of(as_file(table, "xlsx").data) == [["A", "B"], ["=1+1", "3,5"], ["007", ""]]


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 200_000_000)
    return out.getvalue()


HARMFUL = {
    "unfolds to 200 MB": bomb,
    "last cell of all": lambda: xlsx((0, 0, "Nom"), (1_048_575, 16_383, "x")),
    "a row repeated a billion times": lambda: ods(more=' table:number-columns-repeated="1000000000"'),
    "no workbook": lambda: b"PK\x03\x04 nothing more",
    "a picture": lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x81\x8d",
    "nothing": lambda: b"",
    "blanks": lambda: b";;\r\n;;\r\n",
    "an open quote": lambda: b'Nom;Prix\r\n"abc;3',
}


@pytest.mark.parametrize("kind", sorted(HARMFUL))
def test_what_is_no_sheet_or_means_harm_is_refused(kind):  # SPEC C3 X1 X4
    with pytest.raises(Problem, match="sheet_unreadable"):
        rows_of(HARMFUL[kind]())


def test_a_large_file_is_refused():  # SPEC X1
    with pytest.raises(Problem, match="sheet_too_large"):
        rows_of(b"x" * (MOST_SHEET_BYTES + 1))


def test_a_farm_imports_its_export_over_the_api(town):  # SPEC C3
    catalog = {"name": "Relu", "items": []}
    made = town.farmer.ok("POST", f"/producers/{town.ids['producer_id']}/catalogs", catalog)
    path = f"/catalogs/{made['catalog_id']}"
    content = "Nom;Catégorie;Prix;Unité\nFenouil;Légumes-feuilles;2,40;kg\n".replace("Légumes", "Salades et légumes")
    preview = town.farmer.ok("POST", f"{path}/import/preview", data=content.encode("cp1252"))
    query = f"?seen={preview['seen']}"

    done = [town.farmer.ok("POST", f"{path}/import{query}", data=content.encode(), key="same-key") for _ in range(2)]
    again = town.farmer.send("GET", f"{path}/export.xlsx").data
    unchanged = town.farmer.ok("POST", f"{path}/import/preview", data=again)

    assert preview["counts"]["added"] == 1
    assert done[0] == done[1]
    assert (unchanged["counts"]["unchanged"], unchanged["faults"]) == (1, [])
    assert refusal(town.farmer.send("POST", f"{path}/import{query}", data=content.encode())) == (
        412,
        "changed_since_preview",
    )


def test_faults_are_told_in_the_readers_language(town):  # SPEC C3 X1
    path = f"/catalogs/{town.ids['unlinked_catalog_id']}/import"
    sent = {"data": "Nom;Prix\nFenouil;cher\n"}

    french = town.farmer.ok("POST", f"{path}/preview", **sent)
    english = town.farmer.ok("POST", f"{path}/preview", headers={"Accept-Language": "en"}, **sent)
    refused = town.farmer.send("POST", f"{path}?seen={french['seen']}", **sent)

    assert french["faults"][0]["message"] == "«\u00a0cher\u00a0» n’est pas un prix en euros. Écrivez par exemple 3,50."
    assert english["faults"][0]["message"].startswith("“cher” is not a price")
    assert refusal(refused) == (422, "sheet_has_faults")
    assert refused.json["faults"][0]["message"] == french["faults"][0]["message"]

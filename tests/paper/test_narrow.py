"""A cell knows the heading of its column, for screens on which rows are stacked."""

import pytest

from cyberassess.paper.narrow import with_labels

HEAD = '<thead><tr><th scope="col">Place</th><th scope="col">Meet <b>it</b></th></tr></thead>'


def test_a_cell_gets_the_heading_of_its_column_and_a_rows_heading_none() -> None:
    row = '<tr><th scope="row">Housing</th><td class="n">9 of 15</td></tr>'
    assert with_labels(f"<p><td>a</td></p><table>{HEAD}<tbody>{row}</tbody></table>") == (
        f"<p><td>a</td></p><table>{HEAD}<tbody>"
        '<tr><th scope="row">Housing</th><td class="n" data-label="Meet it">9 of 15</td></tr>'
        "</tbody></table>"
    )


@pytest.mark.parametrize(
    "table",
    [
        "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
        f'<table>{HEAD}<tbody><tr><td colspan="2">whole</td></tr></tbody></table>',
        '<table><thead><tr><th scope="col"></th></tr></thead><tbody><tr><td>a</td></tr></table>',
    ],
    ids=["no headings", "across columns", "an empty heading"],
)
def test_where_no_heading_can_be_named_nothing_changes(table: str) -> None:
    assert with_labels(table) == table


def test_a_cell_across_columns_moves_the_next_one_on() -> None:
    head = HEAD.replace("</tr>", "<th>Level</th></tr>")
    found = with_labels(f'<table>{head}<tbody><tr><td colspan="2">x</td><td>2</td></tr></table>')
    assert '<td colspan="2">x</td><td data-label="Level">2</td>' in found


def test_what_people_wrote_stays_escaped_in_a_label() -> None:
    head = '<thead><tr><th>&lt;td&gt; "a" &amp; b</th></tr></thead>'
    assert with_labels(f"<table>{head}<tbody><tr><td>1</td></tr></table>").endswith(
        '<td data-label="&lt;td&gt; &quot;a&quot; &amp; b">1</td></tr></table>'
    )

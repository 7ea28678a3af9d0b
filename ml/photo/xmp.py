"""XMP packets: freed of the place where a photograph was taken, and told what was done to it.

Source: Adobe XMP Specification part 1 (packets), part 2 section 1.2.7 (xmpMM:History);
IPTC Photo Metadata Standard 2023.1 (Digital Source Type).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from ml.photo.metadata import MOST_BYTES

EXIF, TIFF = "http://ns.adobe.com/exif/1.0/", "http://ns.adobe.com/tiff/1.0/"
META, RDF = "adobe:ns:meta/", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MANAGEMENT, EVENT = "http://ns.adobe.com/xap/1.0/mm/", "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
OURS = "urn:photo-restorer:record/1.0/"
"""Of the property `Records`: an ordered array of texts, each the record of one processing as JSON."""
PREFIXES = {
    "x": META,
    "rdf": RDF,
    "xmpMM": MANAGEMENT,
    "stEvt": EVENT,
    "Iptc4xmpExt": IPTC,
    "restorer": OURS,
}
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC's code for a photograph in which a trained network invented something."""
WRAP = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n%s\n<?xpacket end="w"?>'


def clean_xmp(xmp: bytes | None) -> bytes | None:
    """The packet without GPS and with orientation 1, byte for byte where it had neither; None where it cannot
    be read and might hold a place."""
    if xmp is None or len(xmp) > MOST_BYTES:
        return None
    if not names_place(xmp):
        return re.sub(rb"(tiff:Orientation(?:\s*=\s*[\"']|>))[2-8]", rb"\g<1>1", xmp)
    root = _parsed(xmp)
    return None if root is None else _without_place(root)


def names_place(xmp: bytes) -> bool:
    return b"GPS" in xmp.replace(b"\0", b"")  # in UTF-16 every other byte is zero


def with_history(
    xmp: bytes | None, software: str, steps: Sequence[str], record: Mapping[str, Any] | None = None
) -> bytes:
    """The packet with an event per step at the end of its history, the record (what JSON can hold) at the end of
    our own list, and IPTC's code for the work of a network.

    A packet that cannot be read gives way to a new one. Without dates: the same work makes the same bytes.
    """
    root = _parsed(xmp) if xmp is not None else None
    rdf = root if root is not None and root.tag == _name(RDF, "RDF") else None
    rdf = rdf if rdf is not None or root is None else root.find(_name(RDF, "RDF"))
    if root is None or rdf is None:
        root = ElementTree.Element(_name(META, "xmpmeta"))
        rdf = ElementTree.SubElement(root, _name(RDF, "RDF"))
    for description in rdf:
        _remove(description, _name(IPTC, "DigitalSourceType"), exactly=True)
    about = next((each.get(_name(RDF, "about")) for each in rdf), None) or ""
    own = ElementTree.SubElement(rdf, _name(RDF, "Description"), {_name(RDF, "about"): about})
    own.set(_name(IPTC, "DigitalSourceType"), SOURCE_TYPE)
    history = _sequence(rdf, own, _name(MANAGEMENT, "History"))
    for step in steps:
        event = {"action": "edited", "softwareAgent": software, "changed": "/content", "parameters": step}
        ElementTree.SubElement(
            history, _name(RDF, "li"), {_name(EVENT, key): value for key, value in event.items()}
        )
    if record is not None:
        records = _sequence(rdf, own, _name(OURS, "Records"))
        ElementTree.SubElement(records, _name(RDF, "li")).text = json.dumps(record, sort_keys=True)
    return _packet(root)


def records(xmp: bytes | None) -> list[Any]:
    """The records of all processings, oldest first; none where the packet has none or cannot be read."""
    root = _parsed(xmp) if xmp is not None else None
    if root is None:
        return []
    items = root.iterfind(f".//{_name(OURS, 'Records')}/{_name(RDF, 'Seq')}/{_name(RDF, 'li')}")
    try:
        return [json.loads(item.text or "") for item in items]
    except ValueError:
        return []


def _sequence(rdf: ElementTree.Element, own: ElementTree.Element, name: str) -> ElementTree.Element:
    """The ordered array of that name, wherever it stands; a new one in `own` where there is none."""
    found = rdf.find(f"*/{name}/{_name(RDF, 'Seq')}")
    if found is not None:
        return found
    return ElementTree.SubElement(ElementTree.SubElement(own, name), _name(RDF, "Seq"))


def _name(namespace: str, name: str) -> str:
    return f"{{{namespace}}}{name}"


def _parsed(xmp: bytes) -> ElementTree.Element | None:
    if b"<!" in xmp.replace(b"\0", b""):
        return None  # a document type: XMP has none, and entities could make it grow
    document = re.sub(rb"<\?xpacket[^>]*\?>", b"", xmp).strip(b"\0 \r\n\t")
    try:
        for _, (prefix, namespace) in ElementTree.iterparse(BytesIO(document), events=("start-ns",)):  # noqa: S314
            _register(prefix, namespace)
        return ElementTree.fromstring(document)  # noqa: S314  (entities were refused)
    except (ElementTree.ParseError, RecursionError, ValueError):
        return None


def _register(prefix: str, namespace: str) -> None:
    if prefix and not re.fullmatch(r"ns\d+", prefix):
        ElementTree.register_namespace(prefix, namespace)  # or they would come out as ns0, ns1


def _packet(root: ElementTree.Element) -> bytes:
    for prefix, namespace in PREFIXES.items():
        _register(prefix, namespace)
    return WRAP % ElementTree.tostring(root, encoding="utf-8")


def _without_place(root: ElementTree.Element) -> bytes:
    for element in root.iter():
        _remove(element, _name(EXIF, "GPS"))
        _remove(element, _name(TIFF, "Orientation"), exactly=True)
    return _packet(root)


def _remove(element: ElementTree.Element, name: str, exactly: bool = False) -> None:
    """Attributes and children of that name, or of names that begin with it."""

    def meant(found: str) -> bool:
        return found == name if exactly else found.startswith(name)

    for attribute in [attribute for attribute in element.attrib if meant(attribute)]:
        del element.attrib[attribute]
    for child in [child for child in element if meant(child.tag)]:
        element.remove(child)

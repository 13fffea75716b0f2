#!/usr/bin/env python3
"""Builds the sample shop's 3D models: self-contained glTF 2.0 files, in metres, standing on y = 0.

    python3 catalogue/models/build.py

Round things are turned from a profile (a lathe), the others are put together from boxes. Every
model is checked before it is written. Needs nothing but Python.
"""

import base64
import json
import struct
from math import cos, hypot, pi, sin
from pathlib import Path

HERE = Path(__file__).resolve().parent
FLOAT, USHORT = 5126, 5123
ARRAY, ELEMENTS = 34962, 34963
LARGEST = 60 * 1024


# --- shapes: (positions, normals, triangles) ---------------------------------------------------

def smooth(points, steps=6):
    """A Catmull-Rom curve through the profile's points (radius, height)."""
    curve = []
    for i in range(len(points) - 1):
        around = [points[max(i - 1, 0)], points[i], points[i + 1],
                  points[min(i + 2, len(points) - 1)]]
        for step in range(steps):
            curve.append(tuple(catmull_rom([p[axis] for p in around], step / steps)
                               for axis in (0, 1)))
    return curve + [points[-1]]


def catmull_rom(values, t):
    a, b, c, d = values
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t
                  + (3 * b - a - 3 * c + d) * t ** 3)


def lathe(profile, segments=24):
    """The profile (radius, height), listed from the inside bottom outwards, turned round y.

    Going up the profile, outside is to its right: so list the outer wall from bottom to top and
    an inner wall from top to bottom.
    """
    positions, normals, triangles = [], [], []
    for i, (radius, height) in enumerate(profile):
        before, after = profile[max(i - 1, 0)], profile[min(i + 1, len(profile) - 1)]
        run, rise = after[0] - before[0], after[1] - before[1]
        length = hypot(run, rise) or 1.0
        for s in range(segments + 1):
            angle = 2 * pi * s / segments
            positions.append((max(radius, 0) * cos(angle), height, max(radius, 0) * sin(angle)))
            normals.append((rise / length * cos(angle), -run / length, rise / length * sin(angle)))
    row = segments + 1
    for i in range(len(profile) - 1):
        for s in range(segments):
            a, b = i * row + s, (i + 1) * row + s
            if profile[i][0] > 0:
                triangles.append((a, b, a + 1))
            if profile[i + 1][0] > 0:
                triangles.append((a + 1, b, b + 1))
    return positions, normals, triangles


def box(centre, size):
    positions, normals, triangles = [], [], []
    for axis in range(3):
        for side in (-1, 1):
            normal = tuple(side if a == axis else 0 for a in range(3))
            u, v = (axis + 1) % 3, (axis + 2) % 3
            first = len(positions)
            for du, dv in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                corner = list(centre)
                corner[axis] += side * size[axis] / 2
                corner[u] += du * size[u] / 2
                corner[v] += dv * size[v] / 2
                positions.append(tuple(corner))
                normals.append(normal)
            order = (0, 1, 2, 3) if side > 0 else (0, 3, 2, 1)
            a, b, c, d = (first + o for o in order)
            triangles += [(a, b, c), (a, c, d)]
    return positions, normals, triangles


def tube(path, radius, around=12):
    """A round rod along a path in the x-y plane: the ear of a mug."""
    positions, normals, triangles = [], [], []
    for i, (x, y) in enumerate(path):
        before, after = path[max(i - 1, 0)], path[min(i + 1, len(path) - 1)]
        along = (after[0] - before[0], after[1] - before[1])
        length = hypot(*along)
        side = (along[1] / length, -along[0] / length)
        for s in range(around + 1):
            angle = 2 * pi * s / around
            normal = (side[0] * cos(angle), side[1] * cos(angle), sin(angle))
            positions.append((x + radius * normal[0], y + radius * normal[1], radius * normal[2]))
            normals.append(normal)
    row = around + 1
    for i in range(len(path) - 1):
        for s in range(around):
            a, b = i * row + s, (i + 1) * row + s
            triangles += [(a, b, a + 1), (a + 1, b, b + 1)]
    return positions, normals, triangles


def joined(*shapes):
    positions, normals, triangles = [], [], []
    for shape in shapes:
        first = len(positions)
        positions += shape[0]
        normals += shape[1]
        triangles += [tuple(i + first for i in triangle) for triangle in shape[2]]
    return positions, normals, triangles


# --- glTF --------------------------------------------------------------------------------------

def material(name, colour, roughness, metallic=0.0, glow=None):
    """A PBR material; `colour` as #rrggbb, converted from sRGB to the linear values of glTF."""
    entry = {"name": name, "doubleSided": True, "pbrMetallicRoughness": {
        "baseColorFactor": [*linear(colour), 1.0],
        "metallicFactor": metallic, "roughnessFactor": roughness}}
    if glow:
        entry["emissiveFactor"] = linear(glow)
    return entry


def linear(colour):
    channels = (int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5))
    return [round(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4, 4)
            for c in channels]


def gltf(name, parts):
    """A document with one mesh; `parts` are pairs of a material and a shape."""
    data, views, accessors, primitives = bytearray(), [], [], []

    def store(values, kind, component, target):
        flat = [number for value in values for number in value]
        code = "f" if component == FLOAT else "H"
        chunk = struct.pack(f"<{len(flat)}{code}", *flat)
        views.append({"buffer": 0, "byteOffset": len(data), "byteLength": len(chunk),
                      "target": target})
        data.extend(chunk + bytes(-len(chunk) % 4))
        accessor = {"bufferView": len(views) - 1, "componentType": component, "type": kind,
                    "count": len(flat) // (3 if kind == "VEC3" else 1)}
        if target == ARRAY:
            # The limits must be those of the stored 32-bit numbers, not of Python's.
            kept = struct.unpack(f"<{len(flat)}f", chunk)
            accessor["min"] = [min(kept[axis::3]) for axis in range(3)]
            accessor["max"] = [max(kept[axis::3]) for axis in range(3)]
        accessors.append(accessor)
        return len(accessors) - 1

    for index, (_, (positions, normals, triangles)) in enumerate(parts):
        primitives.append({
            "attributes": {"POSITION": store(positions, "VEC3", FLOAT, ARRAY),
                           "NORMAL": store(unit(normals), "VEC3", FLOAT, ARRAY)},
            "indices": store(triangles, "SCALAR", USHORT, ELEMENTS),
            "material": index, "mode": 4})
    return {
        "asset": {"version": "2.0", "generator": "catalogue/models/build.py"},
        "scene": 0, "scenes": [{"name": name, "nodes": [0]}],
        "nodes": [{"name": name, "mesh": 0}],
        "meshes": [{"name": name, "primitives": primitives}],
        "materials": [entry for entry, _ in parts],
        "accessors": accessors, "bufferViews": views,
        "buffers": [{"byteLength": len(data), "uri": "data:application/octet-stream;base64,"
                     + base64.b64encode(bytes(data)).decode()}]}


def unit(normals):
    lengths = [(hypot(*normal) or 1.0) for normal in normals]
    return [tuple(part / length for part in normal) if any(normal) else (0.0, 1.0, 0.0)
            for normal, length in zip(normals, lengths)]


def check(document):
    """Raises AssertionError where the document breaks the rules that viewers rely on."""
    data = base64.b64decode(document["buffers"][0]["uri"].split(",", 1)[1])
    assert len(data) == document["buffers"][0]["byteLength"]
    for view in document["bufferViews"]:
        assert view["byteOffset"] % 4 == 0
        assert view["byteOffset"] + view["byteLength"] <= len(data)

    def read(index):
        accessor = document["accessors"][index]
        view = document["bufferViews"][accessor["bufferView"]]
        width, code = (3, "f") if accessor["type"] == "VEC3" else (1, "H")
        count = accessor["count"] * width
        assert view["byteLength"] == count * struct.calcsize(code)
        return struct.unpack_from(f"<{count}{code}", data, view["byteOffset"]), accessor

    for primitive in document["meshes"][0]["primitives"]:
        assert primitive["material"] < len(document["materials"])
        points, accessor = read(primitive["attributes"]["POSITION"])
        for axis in range(3):
            assert min(points[axis::3]) == accessor["min"][axis]
            assert max(points[axis::3]) == accessor["max"][axis]
        normals, other = read(primitive["attributes"]["NORMAL"])
        assert other["count"] == accessor["count"]
        for i in range(0, len(normals), 3):
            assert abs(hypot(*normals[i:i + 3]) - 1) < 1e-3
        corners, listed = read(primitive["indices"])
        assert listed["count"] % 3 == 0 and max(corners) < accessor["count"]


# --- the models --------------------------------------------------------------------------------

def vase():
    outer = smooth([(0.030, 0.0), (0.045, 0.008), (0.066, 0.060), (0.060, 0.110), (0.030, 0.160),
                    (0.019, 0.205), (0.024, 0.238)], 5)
    inner = smooth([(0.021, 0.238), (0.016, 0.205), (0.026, 0.160), (0.054, 0.110)], 3)
    return gltf("Lisse stoneware vase", [
        (material("white glaze", "#f3efe6", 0.35), lathe([(0.0, 0.0)] + outer + inner))])


def mug():
    outer = smooth([(0.030, 0.0), (0.037, 0.006), (0.043, 0.040), (0.041, 0.092)], 5)
    inner = smooth([(0.037, 0.092), (0.039, 0.040), (0.030, 0.008)], 4)
    ear = smooth([(0.038, 0.076), (0.060, 0.080), (0.070, 0.058), (0.058, 0.030), (0.040, 0.024)])
    return gltf("Ochtend stoneware mug", [
        (material("blue glaze", "#5b83ad", 0.4),
         joined(lathe([(0.0, 0.0)] + outer + inner + [(0.0, 0.008)]), tube(ear, 0.006)))])


def lamp():
    shade = smooth([(0.078, 0.176), (0.104, 0.186), (0.108, 0.206), (0.090, 0.252), (0.050, 0.276),
                    (0.001, 0.281)], 5)
    stem = [(0.0, 0.0), (0.056, 0.0), (0.058, 0.008), (0.054, 0.016), (0.028, 0.024),
            (0.020, 0.100), (0.024, 0.180), (0.0, 0.182)]
    return gltf("Paddo table lamp", [
        (material("opal glass", "#fbf6ea", 0.25, glow="#8a7550"), lathe([(0.0, 0.180)] + shade)),
        (material("oiled oak", "#b98a55", 0.6), lathe(stem))])


def stool():
    seat, leg = (0.36, 0.03, 0.36), 0.036
    offset = 0.18 - leg / 2 - 0.012
    corners = [(x * offset, z * offset) for x in (-1, 1) for z in (-1, 1)]
    legs = [box((x, 0.21, z), (leg, 0.42, leg)) for x, z in corners]
    rails = [box((0, 0.14, z * offset), (2 * offset, 0.026, 0.020)) for z in (-1, 1)]
    rails += [box((x * offset, 0.385, 0), (0.020, 0.05, 2 * offset)) for x in (-1, 1)]
    rails += [box((0, 0.385, z * offset), (2 * offset, 0.05, 0.020)) for z in (-1, 1)]
    return gltf("Kruk oak stool", [
        (material("oak seat", "#c99e6b", 0.55), box((0, 0.435, 0), seat)),
        (material("oak frame", "#b5884f", 0.6), joined(*legs, *rails))])


def side_table():
    leg, offset = 0.034, 0.195
    corners = [(x * offset, z * offset) for x in (-1, 1) for z in (-1, 1)]
    legs = [box((x, 0.23, z), (leg, 0.46, leg)) for x, z in corners]
    boards = joined(box((0, 0.47, 0), (0.45, 0.02, 0.45)), box((0, 0.16, 0), (0.39, 0.016, 0.39)))
    return gltf("Bij side table", [
        (material("oak boards", "#c99e6b", 0.55), boards),
        (material("oak legs", "#b5884f", 0.6), joined(*legs))])


MODELS = {"lisse-vase": vase, "ochtend-mug": mug, "paddo-table-lamp": lamp, "kruk-stool": stool,
          "bij-side-table": side_table}


def main():
    for name, build in MODELS.items():
        document = build()
        check(document)
        text = json.dumps(document, separators=(",", ":")) + "\n"
        assert len(text) < LARGEST, f"{name}: {len(text)} bytes"
        (HERE / f"{name}.gltf").write_text(text, encoding="utf-8")
        print(f"{name}.gltf: {len(text) // 1024 + 1} KB")


if __name__ == "__main__":
    main()

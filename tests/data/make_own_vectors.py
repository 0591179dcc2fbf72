"""Makes `vectors/base.safetensors`, `vectors/dgf-x.safetensors` and `vectors/own.safetensors`: filters of
our own with random weights, and what an implementation apart from the program's computes with them.

  python make_own_vectors.py       (needs torch, numpy, safetensors)

Everything is written out plainly in f64: features times weights at every pixel, matrices for all averages.
The filters' files are written here too, so that the reader is held to the format and not to our writer.
"""
import json, os
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors")
LUMA = np.array([0.2126, 0.7152, 0.0722])
WIDTH, HEIGHT, STEP = 421, 310, 7


def picture():
    """Integers alone, so that the test makes the same: waves, noise, a clipped corner."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.int64)
    tri = lambda n, p: np.abs(n % (2 * p) - p)
    noise = (((x * 7919) ^ (y * 104729)) * 2654435761 % 2**32 >> 24) & 15
    out = np.stack([tri(x + y, 173) + noise, tri(2 * y + 40, 120) + tri(x, 61) + noise, 230 - tri(x + 3 * y, 200) + noise], 2)
    out[:40, :50] = 255
    return np.clip(out, 0, 255).astype(np.uint8)


# What is known of the photo -------------------------------------------------------------------------------------

def indices(n, m):
    step = n / m
    at, out = step * 0.5, []
    for _ in range(m):
        out.append(min(int(at), n - 1))
        at += step
    return np.array(out)


def sites(h, w, short):
    return (indices(h, short * h // min(h, w)), indices(w, short * w // min(h, w)))


def area_matrix(n, m):
    a, s = np.zeros((m, n)), n / m
    for i in range(m):
        for j in range(n):
            a[i, j] = max(0.0, min((i + 1) * s, j + 1) - max(i * s, j))
    return a / a.sum(1, keepdims=True)


def gauss_matrix(n, sigma):
    i = np.arange(n)
    k = np.exp(-0.5 * ((i[:, None] - i[None]) / sigma) ** 2)
    return k / k.sum(1, keepdims=True)


def box_matrix(n, r):
    i = np.arange(n)
    k = (np.abs(i[:, None] - i[None]) <= r).astype(float)
    return k / k.sum(1, keepdims=True)


def both(matrix, a, *more):
    return matrix(a.shape[0], *more) @ a @ matrix(a.shape[1], *more).T


def local_values(sample, scale):
    """cells x cells x 21: thirteen for the quadratic terms, eight for the affine ones."""
    h, w = sample.shape[:2]
    gh, gw = (max(2, round(n * 64 / min(h, w))) for n in (h, w))
    cells = lambda a: area_matrix(h, gh) @ a @ area_matrix(w, gw).T
    mean = lambda a, sigma: both(gauss_matrix, cells(a), sigma * scale)
    l, d, red, blue = sample @ LUMA, sample.min(2), sample[..., 0], sample[..., 2]
    box = lambda a, r: both(box_matrix, a, max(1, round(r * scale)))
    def guided(r, eps):
        m = box(l, r)
        v = box(l * l, r) - m * m
        a = v / (v + eps)
        return [cells(box(a, r)), cells(box(m * (1 - a), r))]
    l08, l3, l10, d3 = mean(l, 0.8), mean(l, 3), mean(l, 10), mean(d, 3)
    v = np.clip(d3 / max(np.percentile(d, 99), 1e-3), 0, 1.2)
    full = [l08, l3, l10, d3, l08**2, l3**2, l10**2, v, v**2, mean(red, 3), mean(blue, 3), np.log(l08 + 0.02) / 4, np.log(l3 + 0.02) / 4]
    affine = guided(2, 1e-3) + guided(4, 1e-2) + [mean(l, 1.5), mean(l, 6), mean(red, 0.8), mean(blue, 0.8)]
    return np.stack(full + affine, 2)


def statistics(sample):
    l = sample @ LUMA
    return np.concatenate([[l.mean(), l.std()], np.percentile(l, [1, 10, 50, 90, 99]), sample.reshape(-1, 3).mean(0)])


def between_cells(grid, y, x):
    """At fractions of the photo's height and width, bilinearly between the middles of cells."""
    def place(at, n):
        at = np.clip(at * n - 0.5, 0, n - 1)
        first = np.minimum(at.astype(int), n - 2)
        return first, (at - first)[:, None]
    (y0, wy), (x0, wx) = place(y, grid.shape[0]), place(x, grid.shape[1])
    top = grid[y0, x0] * (1 - wx) + grid[y0, x0 + 1] * wx
    bottom = grid[y0 + 1, x0] * (1 - wx) + grid[y0 + 1, x0 + 1] * wx
    return top * (1 - wy) + bottom * wy


# The base -------------------------------------------------------------------------------------------------------

def terms(x, degree):
    r, g, b = x.T
    t = [np.ones_like(r), r, g, b]
    if degree >= 2:
        t += [r * r, g * g, b * b, r * g, r * b, g * b]
    if degree >= 3:
        t += [r**3, g**3, b**3, r * r * g, r * r * b, g * g * r, g * g * b, b * b * r, b * b * g, r * g * b]
    return np.stack(t, 1)


def hats(x):
    v = np.concatenate([x, x @ LUMA[:, None]], 1)
    return np.maximum(0, 1 - np.abs(v[:, :, None] - np.linspace(0, 1, 9)) * 8).reshape(len(x), -1)


def base_at(base, photo, rows, columns, scale):
    """The base's output at a lattice of the photo's pixels: rows x columns x 3."""
    h, w = photo.shape[:2]
    sy, sx = sites(h, w, min(256, h, w))
    sample = photo[sy][:, sx]
    z = np.concatenate([[1.0], base["axes"] @ ((statistics(sample) - base["centre"]) / base["spread"])])
    y, x = (a.ravel() for a in np.meshgrid(rows, columns, indexing="ij"))
    colour = photo[y, x]
    u = between_cells(local_values(sample, scale), (y + 0.5) / h, (x + 0.5) / w)
    outer = lambda a, b: (a[:, :, None] * b[:, None]).reshape(len(a), -1)
    f = [outer(terms(colour, 3), np.broadcast_to(z, (len(colour), len(z)))), hats(colour)]
    f += [outer(terms(colour, 2), u[:, :13]), outer(terms(colour, 1), u[:, 13:])]
    out = colour + np.concatenate(f, 1) @ base["weights"].astype(np.float64)
    return out.reshape(len(rows), len(columns), 3)


# dgf-x ----------------------------------------------------------------------------------------------------------

DILATIONS = (1, 2, 4, 8, 16, 1)


def residual(net, il, gl):
    x = torch.from_numpy(np.concatenate([il, gl], 2).transpose(2, 0, 1) - 0.5)[None]
    t = lambda name: torch.from_numpy(net[name].astype(np.float64))
    for i, d in enumerate(DILATIONS):
        x = F.leaky_relu(F.conv2d(x, t(f"network.{2 * i}.weight"), t(f"network.{2 * i}.bias"), padding=d, dilation=d), 0.2)
    x = x + (t("network.12.weight") @ x.mean((2, 3))[0] + t("network.12.bias"))[None, :, None, None]
    return F.conv2d(x, t("network.13.weight"), t("network.13.bias"))[0].permute(1, 2, 0).numpy()


def maps(gl, r, radius, epsilon):
    """In every window written out: M (3 x 3) and c."""
    h, w = gl.shape[:2]
    m, c = np.zeros((h, w, 3, 3)), np.zeros((h, w, 3))
    for y in range(h):
        for x in range(w):
            window = np.s_[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1]
            g, t = gl[window].reshape(-1, 3), r[window].reshape(-1, 3)
            dg, dt = g - g.mean(0), t - t.mean(0)
            m[y, x] = np.linalg.solve(dg.T @ dg / len(g) + epsilon * np.eye(3), dg.T @ dt / len(g)).T
            c[y, x] = t.mean(0) - m[y, x] @ g.mean(0)
    return m, c


def aligned(grid, rows, columns, h, w):
    flat = torch.from_numpy(grid.reshape(*grid.shape[:2], -1)).permute(2, 0, 1)[None]
    y, x = (torch.from_numpy(2 * a / (n - 1) - 1) for a, n in ((rows, h), (columns, w)))
    where = torch.stack(torch.meshgrid(y, x, indexing="ij")[::-1], -1)[None]
    out = F.grid_sample(flat, where, align_corners=True)[0].permute(1, 2, 0).numpy()
    return out.reshape(*out.shape[:2], *grid.shape[2:])


def dgf_x_at(base, net, photo, rows, columns, scale, short, radius, epsilon):
    h, w = photo.shape[:2]
    ly, lx = sites(h, w, short)
    gl = base_at(base, photo, ly, lx, scale)
    m, c = maps(gl, residual(net, photo[ly][:, lx], gl), radius, epsilon)
    g = base_at(base, photo, rows, columns, scale)
    at = lambda grid: aligned(grid, rows, columns, h, w)
    return g + (at(m) @ g[..., None])[..., 0] + at(c)


# ----------------------------------------------------------------------------------------------------------------

def spec(title, variant, network, layer):
    return {
        "format": 1, "title": title, "variant": variant, "color_space": "srgb", "channels": 3,
        "sampling": {"method": "nearest", "short_side": 32}, "statistics": "per-image",
        "base": {"form": 1, "rank": 2, "local": True, "scale": 1.0},
        "network": network, "layer": layer, "clamp": False, "defaults": {"strength": 1.0},
    }


def main():
    rng = np.random.default_rng(5)
    count = 20 * 3 + 36 + 13 * 10 + 8 * 4
    base = {
        "weights": rng.normal(0, 0.03, (count, 3)).astype(np.float32),
        "centre": rng.uniform(0.2, 0.5, 10), "spread": rng.uniform(0.05, 0.2, 10), "axes": rng.normal(0, 0.3, (2, 10)),
    }
    width, net, layers, inputs = 8, {}, [], 6
    for i, d in enumerate(DILATIONS):
        net[f"network.{2 * i}.weight"] = rng.normal(0, 1.2 / np.sqrt(9 * inputs), (width, inputs, 3, 3)).astype(np.float32)
        net[f"network.{2 * i}.bias"] = rng.normal(0, 0.05, width).astype(np.float32)
        layers += [{"kind": "conv", "inputs": inputs, "outputs": width, "kernel": 3, "dilation": d, "bias": True}, {"kind": "leaky-relu", "slope": 0.2}]
        inputs = width
    net["network.12.weight"] = rng.normal(0, 0.3, (width, width)).astype(np.float32)
    net["network.12.bias"] = rng.normal(0, 0.1, width).astype(np.float32)
    net["network.13.weight"] = rng.normal(0, 0.3, (3, width, 1, 1)).astype(np.float32)
    net["network.13.bias"] = rng.normal(0, 0.05, 3).astype(np.float32)
    layers += [{"kind": "global-mean", "channels": width}, {"kind": "conv", "inputs": width, "outputs": 3, "kernel": 1, "dilation": 1, "bias": True}]

    photo = picture().astype(np.float64) / 255
    rows, columns = np.arange(0, HEIGHT, STEP), np.arange(0, WIDTH, STEP)
    values = {"picture_sums": picture().astype(np.int64).sum((0, 1)).astype(np.float32)}
    sample = photo[sites(HEIGHT, WIDTH, 256)[0]][:, sites(HEIGHT, WIDTH, 256)[1]]
    values["statistics"] = statistics(sample)
    values["locals"] = local_values(sample, 1.0).transpose(2, 0, 1)
    for scale in (1.0, 1.7):
        values[f"base.{scale}"] = base_at(base, photo, rows, columns, scale)
        values[f"dgf-x.{scale}"] = dgf_x_at(base, net, photo, rows, columns, scale, 32, 1 if scale == 1 else 2, 3e-3)
    values = {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in values.items()}
    values["locals"] = np.ascontiguousarray(values["locals"][:, ::3, ::3])
    save_file(values, os.path.join(OUT, "own.safetensors"))
    for name, value in values.items():
        print(name, value.shape, value.min(), value.max())
    tensors = {f"base.{name}": value for name, value in base.items()}
    text = lambda *parts: {"understudy": json.dumps(spec(*parts))}
    save_file(tensors, os.path.join(OUT, "base.safetensors"), text("Base", "base", [], {"kind": "none"}))
    layer = {"kind": "residual", "radius": 1, "epsilon": 3e-3}
    save_file({**tensors, **net}, os.path.join(OUT, "dgf-x.safetensors"), text("Dgf x", "dgf-x", layers, layer))


main()

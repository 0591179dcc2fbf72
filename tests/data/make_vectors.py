"""Makes `vectors/`: small networks with random weights and what PyTorch computes with them.

  python make_vectors.py ../../../shared/baseline      (needs torch, numpy; safetensors)

The networks have the paper's layers with fewer channels, their weights are random, so the files are
ours. Half of the checkpoints are in PyTorch's legacy format, half are zip archives. Outputs are
computed in f64, in both normalisation modes, from 8-bit images.
"""
import os, sys
import numpy as np
import torch
from safetensors.numpy import save_file

sys.path.insert(0, sys.argv[1])
import torch_dgf
from torch import nn

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors")
RENAMES = [("low.", "lr."), ("gf.filter.", "gf.box_filter."), ("gf.local.", "gf.conv_a."), ("guide.", "guided_map."), (".w0", ".w_0"), (".w1", ".w_1")]


def small(variant):
    net = torch_dgf.DGF(variant)
    net.low = torch_dgf.can(width=8)
    if variant in ("dgf", "dgf-c"):
        net.guide = torch_dgf.guidance(5)
    if variant in ("dgf-cb", "dgf-c"):
        conv = lambda i, o: nn.Conv2d(i, o, 1, bias=False)
        norm = torch_dgf.AdaptNorm
        net.gf.local = nn.Sequential(conv(6, 8), norm(8), nn.ReLU(), conv(8, 8), norm(8), nn.ReLU(), conv(8, 3))
    with torch.no_grad():
        for name, p in net.named_parameters():
            p.add_(0.06 * torch.randn_like(p))
        for name, b in net.named_buffers():
            if name.endswith("running_mean"):
                b.copy_(0.3 * torch.randn_like(b))
            if name.endswith("running_var"):
                b.copy_(0.05 + 0.2 * torch.rand_like(b))
    return net


def image(h, w):
    y, x = np.mgrid[0:h, 0:w]
    base = np.stack([x / w, y / h, 1 - x / w], -1) * 200
    wave = 30 * np.sin(x / 3.0)[..., None] * np.cos(y / 4.0)[..., None]
    noise = np.random.default_rng(h * w).integers(0, 25, (h, w, 3))
    out = np.clip(base + wave + noise, 0, 255).astype(np.uint8)
    out[: h // 4, : w // 4] = 255
    return out


def indices(n, m):
    step = n / m
    at, out = step * 0.5, []
    for _ in range(m):
        out.append(int(at))
        at += step
    return out


def main():
    torch.manual_seed(11)
    h, w, short = 45, 67, 16
    hr = image(h, w)
    lh, lw = short, int(short * w / h)
    lr = hr[indices(h, lh)][:, indices(w, lw)]
    tensor = lambda a: torch.from_numpy(a.astype(np.float64) / 255).permute(2, 0, 1)[None]
    os.makedirs(OUT, exist_ok=True)
    values = {"hr": hr, "lr": np.ascontiguousarray(lr)}
    for i, variant in enumerate(["dgf-s", "dgf-b", "dgf", "dgf-cb", "dgf-c"]):
        net = small(variant if variant != "dgf-s" else "dgf-b")
        state = {}
        for key, value in net.state_dict().items():
            for old, new in RENAMES:
                key = key.replace(old, new)
            state[key.removeprefix("lr.") if variant == "dgf-s" else key] = value.clone()
        torch.save(state, os.path.join(OUT, f"{variant}.pth"), _use_new_zipfile_serialization=i % 2 == 0)
        net = net.double()
        for mode in ("eval", "train"):
            net.train(mode == "train")
            with torch.no_grad():
                # torch_dgf solves the plain layer in the precision it is given; f64 here.
                out = net(tensor(lr), tensor(hr))
                low = net.low(tensor(lr))
            if variant != "dgf":
                out = out.clamp(0, 1)
            values[f"{variant}.{mode}.Oh"] = out[0].numpy().astype(np.float32)
            values[f"{variant}.{mode}.Ol"] = low[0].numpy().astype(np.float32)
            # A forward in train mode moves the running statistics; the checkpoint has the old ones.
    save_file(values, os.path.join(OUT, "outputs.safetensors"))


main()

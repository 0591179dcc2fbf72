"""Makes `residual.safetensors`: a small dgf-x with random weights, what PyTorch computes with it in
f64, and the gradients of its Charbonnier loss at sampled pixels. Needs torch, numpy, safetensors.

Written from LEARNING.md section 4; the weights are in the order of `ResidualNet::weights`.
"""
import os

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
WIDTH, RIDGE, H, W, HIGH, WIDE, N = 5, 3e-3, 20, 29, 61, 88, 300


def f32(*shape, scale=1.0, shift=0.0):
    return (scale * torch.randn(*shape) + shift).float().double()


convs, inputs = [], 6
for _ in range(6):
    convs += [f32(WIDTH, inputs, 3, 3, scale=0.35), f32(WIDTH, scale=0.1)]
    inputs = WIDTH
params = convs + [f32(WIDTH, WIDTH, scale=0.3), f32(WIDTH, scale=0.1), f32(3, WIDTH, scale=0.3), f32(3, scale=0.1)]
for p in params:
    p.requires_grad_()
*_, whole, shift, out, bias = params
il, gl = torch.rand(3, H, W).float().double(), torch.rand(3, H, W).float().double()
y, x = torch.randint(0, HIGH, (N,)), torch.randint(0, WIDE, (N,))
guide, after = torch.rand(N, 3).float().double(), torch.rand(N, 3).float().double()

f = torch.cat([il, gl])[None] - 0.5
for i, d in enumerate((1, 2, 4, 8, 16, 1)):
    f = F.leaky_relu(F.conv2d(f, params[2 * i], params[2 * i + 1], padding=d, dilation=d), float(torch.tensor(0.2, dtype=torch.float32)))
f = f + (f.mean((2, 3)) @ whole.T + shift)[:, :, None, None]
residual = F.conv2d(f, out[:, :, None, None], bias)[0]


def mean(v):
    return F.avg_pool2d(v[None], 3, 1, 1, count_include_pad=False)[0]


mg, mr = mean(gl), mean(residual)
pairs = lambda a, b: mean((a[:, None] * b[None]).reshape(9, H, W)).reshape(3, 3, H, W)
gg = pairs(gl, gl) - mg[:, None] * mg[None]
gr = pairs(gl, residual) - mg[:, None] * mr[None]
m = torch.linalg.solve(gg.permute(2, 3, 0, 1) + RIDGE * torch.eye(3), gr.permute(2, 3, 0, 1)).mT
c = mr.permute(1, 2, 0) - (m @ mg.permute(1, 2, 0)[..., None])[..., 0]
maps = torch.cat([m.reshape(H, W, 9), c], 2).permute(2, 0, 1)
where = torch.stack([x * 2 / (WIDE - 1) - 1, y * 2 / (HIGH - 1) - 1], -1)[None, None]
k = F.grid_sample(maps[None], where, align_corners=True)[0, :, 0].T
output = guide + (k[:, :9].reshape(-1, 3, 3) * guide[:, None]).sum(2) + k[:, 9:]
loss = torch.sqrt((output - after) ** 2 + 1e-6).mean()
loss.backward()
flat = lambda values: torch.cat([v.reshape(-1) for v in values])
tensors = {
    "weights": flat([p.detach() for p in params]).float(),
    "gradient": flat([p.grad for p in params]),
    "il": il.float(), "gl": gl.float(), "sites": torch.stack([y, x], 1).float(), "size": torch.tensor([HIGH, WIDE]).float(),
    "guide": guide.float(), "after": after.float(), "maps": maps.detach(), "loss": loss.detach().reshape(1),
}
here = os.path.dirname(os.path.abspath(__file__))
save_file({k: v.contiguous() for k, v in tensors.items()}, os.path.join(here, "residual.safetensors"))

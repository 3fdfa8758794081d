"""Writes src/recorded/notebook-2.ts: run it with a Python that has PyTorch, from apps/examples.

Notebook 2 was published without outputs, so PyTorch itself says here what its cells show: the same programs, each run as a
notebook runs a cell, the value of the last line shown after whatever was printed. Then: pnpm format.
"""

import ast
import contextlib
import io
import json

FORWARD = """
z = w * x + b
y_pred = torch.sigmoid(z)
loss = binary_cross_entropy_loss(y_pred, y)
print(loss)
"""

CELLS = {
    1: "import torch",
    2: """
def dy_dx(x):
    return 2 * x
x = 3
gradient = dy_dx(x)
print(f"The gradient of y = x^2 at x = {x} is {gradient}.")
""",
    3: """
import math
def dz_dx(x):
    return math.cos(x**2) * (2 * x)
x = 3
gradient = dz_dx(x)
print(f"The gradient of z at x = {x} is {gradient:.2f}.")
""",
    4: """
x = torch.tensor(3.0, requires_grad=True)
y = x**2
print("x:", x)
print("y:", y)
y.backward()
print("Gradient (dy/dx):", x.grad)
""",
    5: """
x = torch.tensor(3.0, requires_grad=True)
y = x**2
z = torch.sin(y)
print("x:", x)
print("y:", y)
print("z:", z)
z.backward()
print("Gradient (dy/dx):", x.grad)
""",
    6: """
x = torch.tensor(6.7)
y = torch.tensor(0.0)
w = torch.tensor(1.0)
b = torch.tensor(0.0)
""",
    7: """
def binary_cross_entropy_loss(prediction, target):
    epsilon = 1e-8
    prediction = torch.clamp(prediction, epsilon, 1 - epsilon)
    return -(target * torch.log(prediction) + (1 - target) * torch.log(1 - prediction))
""",
    8: FORWARD,
    9: """
dloss_dy_pred = (y_pred - y) / (y_pred * (1 - y_pred))
dy_pred_dz = y_pred * (1 - y_pred)
dz_dw = x
dz_db = 1
dL_dw = dloss_dy_pred * dy_pred_dz * dz_dw
dL_db = dloss_dy_pred * dy_pred_dz * dz_db
print(f"Manual Gradient of loss w.r.t weight (dw): {dL_dw:.4f}")
print(f"Manual Gradient of loss w.r.t bias (db): {dL_db:.4f}")
""",
    10: """
x = torch.tensor(6.7)
y = torch.tensor(0.0)
w = torch.tensor(1.0, requires_grad=True)
b = torch.tensor(0.0, requires_grad=True)
""",
    11: FORWARD,
    12: """
loss.backward()
print(w.grad)
print(b.grad)
""",
    13: """
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
print(x)
y = (x ** 2).mean()
print(y)
""",
    14: """
y.backward()
x.grad
""",
    15: """
x = torch.tensor(6.0, requires_grad=True)
y = (x ** 2)
""",
    16: """
y.backward()
print(x.grad)
x.grad.zero_()
""",
    17: """
x = torch.tensor(6.7, requires_grad=True)
w = torch.tensor(1.0, requires_grad=True)
b = torch.tensor(0.0, requires_grad=True)
with torch.no_grad():
    z = w * x + b
    y_pred = torch.sigmoid(z)
print(f"z: {z}")
print(f"y_pred: {y_pred}")
print(f"Requires Grad (z): {z.requires_grad}")
""",
}


def show(source, variables):
    """What a notebook shows below a cell."""
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), "cell", "exec"), variables)
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), variables) if last else None
    return printed.getvalue() + ("" if value is None else repr(value))


variables = {}
shown = {number: show(source, variables).rstrip("\n") for number, source in CELLS.items()}
outputs = "\n".join(f"    {number}: {json.dumps(text)}," for number, text in shown.items() if text)
with open("src/recorded/notebook-2.ts", "w") as file:
    file.write(
        f"""import type {{ Recorded }} from './index.ts'

/**
 * What the cells of notebook 2 show. It was published without outputs: PyTorch {variables['torch'].__version__} made these from
 * the same programs, by tools/record-notebook-2.py.
 */
export const notebook2: Recorded = {{
  title: 'PyTorch Autograd',
  source: 'pulakeshpradhan/python, 03_pytorch_autograd.ipynb',
  outputs: {{
{outputs}
  }},
}}
"""
    )

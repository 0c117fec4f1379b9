"""Looking up by number: embeddings, one-hot vectors, attention."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()


def numbers(values: Any, dtype: str = "int64") -> Input:
    return fixed(values, dtype)


op("embedding", "torch.nn.functional.embedding(b, a, **kw)",
   on=[case(real(4, 3), numbers([0, 2])), case(real(4, 3), numbers([[1, 1], [3, 1]])), case(real(4, 3), numbers(2)),
       case(real(4, 3), numbers([], "int64")), case(real(4, 3), numbers([0, 2, 2]), padding_idx=2, smooth=False),
       case(real(4, 3), numbers([3, 2]), padding_idx=-1, smooth=False), case(real(3, 4).T, numbers([0, 3, 0])),
       case(real(4, 3), numbers([0, 2, 2]), scale_grad_by_freq=True, smooth=False),
       case(real(4, 3).f32, numbers([0, 2, 2])),
       case(real(4, 3), numbers([0, 1], "int32")), case(real(4, 3).f16, numbers([1])),
       case(real(3, 2).const, numbers([0, 2, 0]), max_norm=0.5), case(ints(3, 2), numbers([1, 1])),
       case(fixed([[nan, 1.0], [inf, 2.0]]), numbers([1, 0]), smooth=False)],
   refuses=(refused(IndexError, real(4, 3), numbers([0, 4]), says="index out of range in self"),
            refused(IndexError, real(4, 3), numbers([-1]), says="index out of range in self"),
            refused(AssertionError, real(4, 3), numbers([1]), padding_idx=4, says="Padding_idx must be within"),
            refused(RuntimeError, real(4, 3), numbers([1.0], "float64"), says="Expected tensor for argument #1"),
            refused(RuntimeError, real(4), numbers([1]), says="'weight' must be 2-D"),
            refused(TypeError, real(4, 3), 1), refused(TypeError, None, numbers([1]))))
op("one_hot", "torch.nn.functional.one_hot(a, **kw)", smooth=False,
   on=[case(numbers([0, 2])), case(numbers([[0, 2], [1, 1]])), case(numbers(1)), case(numbers([0, 2]), num_classes=5),
       case(numbers([], "int64"), num_classes=3), case(numbers([0])), case(numbers([[0, 2], [1, 1]]), num_classes=3),
       case(numbers([3, 3, 3]))],
   refuses=(refused(RuntimeError, numbers([0, 3]), num_classes=3, says="Class values must be smaller than"),
            refused(RuntimeError, numbers([-1]), says="Class values must be non-negative."),
            refused(RuntimeError, numbers([], "int64"), says="Can not infer total number of classes from empty"),
            refused(RuntimeError, real(3), says="one_hot is only applicable to index tensor of type LongTensor."),
            refused(TypeError, 3)))


# ---------------------------------------------------------------- attention
qkv = [real(2, 3, 4), real(2, 2, 4), real(2, 2, 3)]
flat = [real(2, 3), real(3, 3), real(3, 2)]
op("scaled_dot_product_attention", "torch.nn.functional.scaled_dot_product_attention(a, b, c, **kw)",
   on=[case(*qkv), case(*flat), case(*qkv, scale=0.7), case(*qkv, is_causal=True), case(*flat, is_causal=True),
       case(*qkv, attn_mask=fixed([[True, False], [True, True], [False, True]])), case(*qkv, attn_mask=real(3, 2)),
       case(*qkv, attn_mask=fixed([[False, False], [True, True], [False, True]])),
       case(*qkv, attn_mask=real(2, 1, 2).const), case(real(1, 2, 2, 3), real(1, 2, 3, 3), real(1, 2, 3, 2)),
       case(*[x.f32 for x in qkv]), case(real(4, 3).T, real(2, 4), real(3, 2).T, is_causal=True),
       case(real(2, 3).const, real(3, 3), real(3, 2))],
   refuses=(refused(RuntimeError, *qkv, is_causal=True, attn_mask=real(3, 2), says="_scaled_dot_product_attention: Ex"),
            refused(RuntimeError, *qkv, attn_mask=ints(3, 2), says="Expected attn_mask dtype to be bool or float"),
            refused(RuntimeError, *qkv, attn_mask=real(4, 2)), refused(RuntimeError, real(3), real(3), real(3)),
            refused(RuntimeError, *qkv[:2], real(2, 2, 3).f32, says="Expected query, key, and value to have the same"),
            refused(RuntimeError, *qkv, dropout_p=1.5, says="dropout probability has to be between 0 and 1, but got"),
            refused(TypeError, *qkv[:2], 3)))

"""What a visit is to cost: inputs, norms, formulas, totals, differences."""

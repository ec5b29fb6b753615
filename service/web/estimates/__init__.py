"""Pages of money: what a visit is to cost, who approved it, what was paid."""

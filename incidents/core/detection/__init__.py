"""Four kinds of evidence about one provider, minute by minute, as one probability per scope.

Every scope in which trouble could be (a carrier in a country, a country, a component, ...) is a hypothesis. Each source
adds log-likelihood to those that it bears on (`delivery`, `probing`, `crowd`, posts in `watch`), a forward filter lets it
fade (`filters`), and the records open, move between scopes and close by the posterior (`records`). Nothing is read
twice: the state is a few arrays of fixed size, however long the history. No function here knows a clock or a database.
"""

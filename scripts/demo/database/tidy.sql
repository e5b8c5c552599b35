-- Well kept until here; `candles` itself, the parent, is analyzed by nobody.
vacuum (analyze) markets, accounts, deposits, orders, trades, events, order_history,
  audit_log, candles_2026_04, candles_2026_05, candles_2026_06;

-- What happens while the report is still being read.
update orders set status = 'cancelled' where status = 'open';

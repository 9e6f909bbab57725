import journal from './meta/_journal.json';
import m0000 from './0000_init.sql';
import m0001 from './0001_sla.sql';
import m0002 from './0002_routing.sql';
import m0003 from './0003_peers.sql';
import m0004 from './0004_slots_by_group.sql';
import m0005 from './0005_hook_log.sql';
import m0006 from './0006_privacy.sql';
import m0007 from './0007_seen_updates.sql';
import m0008 from './0008_outbox_parked.sql';
import m0009 from './0009_messages_lone.sql';
import m0010 from './0010_messages_thread.sql';
import m0011 from './0011_outbox_in_memory.sql';
import m0012 from './0012_topics_ticket.sql';

  export default {
    journal,
    migrations: {
      m0000,
m0001,
m0002,
m0003,
m0004,
m0005,
m0006,
m0007,
m0008,
m0009,
m0010,
m0011,
m0012
    }
  }
  
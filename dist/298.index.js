export const id=298;export const ids=[298];export const modules={44462:((e,t,n)=>{n.d(t,{O:()=>readInvalidIndexes,c:()=>invalidIndexFindings});var r=n(99877);async function readInvalidIndexes(e,t=null){return e.query(`with holding as materialized (
  select relation from pg_locks
  where locktype = 'relation' and granted and pid is distinct from pg_backend_pid()
    and database = (select oid from pg_database where datname = current_database())
    and mode in ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock',
      'ExclusiveLock', 'AccessExclusiveLock')
), exclusive as materialized (
  -- Also who only waits for such a lock would keep us waiting.
  select relation from pg_locks where locktype = 'relation' and mode = 'AccessExclusiveLock'
    and database = (select oid from pg_database where datname = current_database())
), building as materialized (
  select relid, index_relid from pg_stat_progress_create_index
  where datname = current_database()
)
select x.oid::int8 as oid, format('%I.%I', n.nspname, x.relname) as id, x.relname as name,
  c.oid::int8 as "tableOid", format('%I.%I', tn.nspname, c.relname) as "tableId",
  i.indisready as "isReady", i.indisunique as "isUnique",
  case when x.oid in (select relation from exclusive) then 0
    else pg_relation_size(x.oid) end as bytes,
  pg_has_role(x.relowner, 'usage') as "mayDrop",
  x.oid in (select relation from holding)
    or x.oid in (select index_relid from building) as "isLocked",
  c.oid in (select relation from holding)
    or c.oid in (select relid from building) as "isTableLocked",
  c.oid in (select relid from building) as "isBeingBuilt",
  (
    select coalesce(jsonb_agg(jsonb_build_object('oid', s.oid::int8, 'name', s.relname)), '[]')
    from pg_index si join pg_class s on s.oid = si.indexrelid
    where si.indrelid = i.indrelid and s.oid <> x.oid
  ) as siblings
from pg_index i
  join pg_class x on x.oid = i.indexrelid
  join pg_namespace n on n.oid = x.relnamespace
  join pg_class c on c.oid = i.indrelid
  join pg_namespace tn on tn.oid = c.relnamespace
where not i.indisvalid and x.relkind = 'i' and x.relpersistence <> 't'
  and ($1::int8 is null or i.indrelid = $1)
order by 2`,[t])}async function invalidIndexFindings(e){return(await readInvalidIndexes(e)).filter(({isBeingBuilt:e})=>!e).map(({id:e,tableId:t})=>(0,r.gk)(`invalid-index`,e,`The index ${e} of ${t} is invalid.`,{remedy:`Run: reindex index concurrently ${e}; or: drop index concurrently ${e}`}))}}),31660:((e,t,n)=>{n.d(t,{I:()=>nameFilter,e:()=>isNamed});function isNamed(e,t){return t===`${e.schema}.${e.name}`||t===e.id}function nameFilter(e){let isExclusion=e=>e.startsWith(`!`),t=(e??[]).filter(e=>!isExclusion(e)),n=t.map(toTest),r=(e??[]).filter(isExclusion).map(e=>toTest(e.slice(1))),excludes=e=>r.some(t=>t(e));return{isNarrow:(e??[]).length>0,matches(e){return(n.length===0||n.some(t=>t(e)))&&!excludes(e)},excludes,names:e=>t.some(t=>isNamed(e,t)),unmatched:e=>t.filter((t,r)=>!e.some(e=>n[r]?.(e)))}}function toTest(e){let t=e.split(`*`);return({schema:e,name:n,id:r})=>fits(`${e}.${n}`,t)||fits(r,t)}function fits(e,t){let[n=``,...r]=t,i=r.pop();if(i===void 0)return e===n;if(!e.startsWith(n))return!1;let a=n.length;for(let t of r){let n=e.indexOf(t,a);if(n<0)return!1;a=n+t.length}return e.length-i.length>=a&&e.endsWith(i)}}),8772:((e,t,n)=>{n.d(t,{io:()=>readBytes,jk:()=>whyNothingHappened,un:()=>readState});var r=n(98002);async function readState(e,{oid:t},n){let[i]=await e.query(`\
select format('%I.%I', n.nspname, c.relname) as id,
  ${(0,r.h2)(n)} as "mayMaintain",
  pg_stat_get_vacuum_count(c.oid) as "vacuumCount",
  pg_stat_get_analyze_count(c.oid) as "analyzeCount",
  nullif(c.relfilenode, 0)::int8 as file,
  pg_stat_get_dead_tuples(c.oid) as "deadTuples",
  pg_stat_get_live_tuples(c.oid) as "liveTuples",
  case when c.relkind <> 'p' then age(c.relfrozenxid) end as "xidAge",
  c.relallvisible as "allVisiblePages"
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.oid = $1`,[t]);if(!i)return;let{id:a,mayMaintain:o,vacuumCount:s,analyzeCount:c,file:l,...u}=i;return{id:a,mayMaintain:o,vacuumCount:s,analyzeCount:c,file:l,figures:u}}async function readBytes(e,{oid:t}){let[n]=await e.query(`select pg_table_size($1::oid) as bytes`,[t]);return n?.bytes??null}function whyNothingHappened(e,t,n,r){let i=e===`analyze`||(e===`rewrite`?n.file!==t.file:n.vacuumCount>t.vacuumCount),a=e===`vacuum`||n.analyzeCount>t.analyzeCount;if(i&&a)return null;let o=r.map(({message:e})=>e).join(`; `)||`the server said nothing`;return`the server reported success, but did not ${i?`analyze`:`vacuum`} the table: ${o}`}}),75681:((e,t,n)=>{n.d(t,{J:()=>vacuumCommand});function vacuumCommand(e,t){let n=[t.freeze&&`FREEZE`,t.analyze&&`ANALYZE`,t.hasStandbys&&`TRUNCATE FALSE`,t.largeRing&&`BUFFER_USAGE_LIMIT '16MB'`].filter(Boolean);return`VACUUM ${n.length>0?`(${n.join(`, `)}) `:``}${e}`}}),50631:((e,t,n)=>{n.d(t,{G:()=>waiterOn});async function waiterOn(e,t){let[n]=await e.query(`select l.pid, a.application_name as application
from pg_locks l left join pg_stat_activity a using (pid)
where not l.granted and $1 = any(pg_blocking_pids(l.pid)) limit 1`,[t]);return n?`pid ${n.pid} (${n.application||`unknown application`}) waited for its lock`:null}}),21816:((e,t,n)=>{n.d(t,{R:()=>horizonHolders,n:()=>horizonFinding});var r=n(83849),i=n(99877),a=n(84887);async function horizonHolders(e,t){return e.query(`select 'session' as kind, application_name as name, pid, usename::text as user, state,
  extract(epoch from clock_timestamp() - xact_start)::float8 as seconds,
  greatest(age(backend_xmin), age(backend_xid)) as age
from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
  and (backend_xmin is not null or backend_xid is not null)
  and backend_type is distinct from 'autovacuum worker'
  and application_name is distinct from $1
union all
select 'standby', application_name, pid, usename::text, state, null, age(backend_xmin)
from pg_stat_replication where backend_xmin is not null
union all
select 'replication slot', slot_name::text, active_pid, null,
  case when active then 'active' else 'inactive' end, null, age(xmin)
from pg_replication_slots where xmin is not null
union all
select 'prepared transaction', gid, null, owner::text, 'prepared',
  extract(epoch from clock_timestamp() - prepared)::float8, age(transaction)
from pg_prepared_xacts where database = current_database()
order by age desc`,[t])}function horizonFinding(e,t){let{kind:n,name:r,pid:o,user:s,state:c,seconds:l,age:u}=e,d={session:`pid ${o} (${[r,s&&`user ${s}`].filter(Boolean).join(`, `)||`unknown application`})`,standby:`standby ${r} (pid ${o})`,"replication slot":`replication slot ${r}`,"prepared transaction":`prepared transaction ${r} (user ${s})`}[n],f=l===null?``:` for ${(0,a.Xo)(l)}`,p=`${d}, ${c??`state unknown`}, has held the xmin horizon back${f} (${(0,a.B4)(u)} transactions). ${t}`;return(0,i.gk)(`xmin-horizon-held`,d,p,{remedy:remedyFor(e)})}function remedyFor({kind:e,name:t,pid:n,state:i}){let a=r.Ay.escapeLiteral(t??``);switch(e){case`session`:return i===null?`See what it is: grant pg_read_all_stats to this role. To end it: select pg_terminate_backend(${n})`:`Let its owner end it, or run: select pg_terminate_backend(${n})`;case`standby`:return`End the long query on the standby, or set hot_standby_feedback = off there.`;case`replication slot`:return`Bring its consumer back, or run: select pg_drop_replication_slot(${a})`;case`prepared transaction`:return`Commit it, or run: rollback prepared ${a}`}}}),89298:((e,t,n)=>{n.r(t),n.d(t,{work:()=>B});var r=n(31660),i=n(21720),a=n(84747),o=n(84567),s=n(44483),c=n(8772),l=n(9860),u=n(84887);async function describeProgress(e,t,n){let r=e.server.versionNumber>=17e4,[i]=await e.query(`\
select phase, heap_blks_total as total, heap_blks_scanned as scanned,
  heap_blks_vacuumed as vacuumed, index_vacuum_count as passes,
  ${r?`indexes_total`:`null::int8`} as indexes,
  ${r?`indexes_processed`:`null::int8`} as "indexesDone"
from pg_stat_progress_vacuum where pid = $1
union all
select 'analyze: ' || phase, sample_blks_total, sample_blks_scanned, 0, 0, null, null
from pg_stat_progress_analyze where pid = $1`,[t]);return i?progressLine(i,n):null}function progressLine(e,t){let{phase:n,total:r,scanned:i,vacuumed:a,passes:o,indexes:s,indexesDone:c}=e,l=r>0?(n===`vacuuming heap`?a:i)/r:0,d=[n];return s&&d.push(`index ${c??0} of ${s}`),r>0&&d.push(`${(0,u.T1)(l)} of its pages`),o>0&&d.push(`pass ${o+1} over its indexes`),n.endsWith(`scanning heap`)&&l>.01&&d.push(`about ${(0,u.Xo)(t/l-t)} to scan the rest`),d.join(`, `)}var d=n(99877),f=n(71645),p=n(28727),m=n(57251);let h={status:`skipped`,error:`the table was dropped since the plan`};async function explainFailure(e,t,n,r,i){let a=(0,f.b)(e);if(r.signal.aborted)return{status:`cancelled`,error:`stopped on the server when the run was stopped`};if(i.reason instanceof s.v)return{status:`cancelled`,error:`stopped on the server to give way: ${i.reason.message}`,retryAfterMs:5e3};switch((0,m.R)(e)){case m.I.lockNotAvailable:{let e=await(0,p.hE)(n,t.oid,t.work===`rewrite`);return{status:`failed`,error:`the table was locked for longer than lock-timeout: ${e}`,retryAfterMs:n.lockTimeoutMs,findings:[(0,d.gk)(`table-locked`,t.id,`${t.id} was locked: ${e}.`)]}}case m.I.undefinedTable:return h;case m.I.queryCanceled:return r.window.timeLeftMs()===0?{status:`cancelled`,error:`stopped on the server at the deadline`}:{status:`failed`,error:`somebody cancelled it: ${a}`};default:return{status:`failed`,error:a}}}var __addDisposableResource=function(e,t,n){if(t!=null){if(typeof t!=`object`&&typeof t!=`function`)throw TypeError(`Object expected.`);var dispose,r;if(n){if(!Symbol.asyncDispose)throw TypeError(`Symbol.asyncDispose is not defined.`);dispose=t[Symbol.asyncDispose]}if(dispose===void 0){if(!Symbol.dispose)throw TypeError(`Symbol.dispose is not defined.`);dispose=t[Symbol.dispose],n&&(r=dispose)}if(typeof dispose!=`function`)throw TypeError(`Object not disposable.`);r&&(dispose=function(){try{r.call(this)}catch(e){return Promise.reject(e)}}),e.stack.push({value:t,dispose,async:n})}else n&&e.stack.push({async:!0});return t},g=(function(e){return function(t){function fail(n){t.error=t.hasError?new e(n,t.error,`An error was suppressed during disposal.`):n,t.hasError=!0}var n,r=0;function next(){for(;n=t.stack.pop();)try{if(!n.async&&r===1)return r=0,t.stack.push(n),Promise.resolve().then(next);if(n.dispose){var e=n.dispose.call(n.value);if(n.async)return r|=2,Promise.resolve(e).then(next,function(e){return fail(e),next()})}else r|=1}catch(e){fail(e)}if(r===1)return t.hasError?Promise.reject(t.error):Promise.resolve();if(t.hasError)throw t.error}return next()}})(typeof SuppressedError==`function`?SuppressedError:function(e,t,n){var r=Error(n);return r.name=`SuppressedError`,r.error=e,r.suppressed=t,r});async function applyStep(e,t,n){let r={stack:[],error:void 0,hasError:!1};try{let{session:i}=__addDisposableResource(r,await t.session(),!0),a={},o=n.signal;try{let r={stack:[],error:void 0,hasError:!1};try{let s=await e.throttle.untilReplicasFollow(n);return s?{status:`carried-over`,error:`not begun until the deadline: ${s}`}:(o=__addDisposableResource(r,watchStep(e,i.pid,t,n),!0).signal,await t.cancelOnAbort(i,o,()=>proveStep(e,i,t.server.versionNumber,n,a)))}catch(e){r.error=e,r.hasError=!0}finally{let e=g(r);e&&await e}}catch(r){return{...a,...await explainFailure(r,e,t,n,o)}}}catch(e){r.error=e,r.hasError=!0}finally{let e=g(r);e&&await e}}function watchStep({id:e,throttle:t},n,r,i){return(0,s.B)({id:e,run:i,async whyToStop(){let e=await t.whyToGiveWay(n);return e===null?null:new s.v(e)},progress:e=>describeProgress(r,n,e)})}async function proveStep(e,t,n,r,i){let a=await(0,c.un)(t,e,n);if(!a)return h;let o=whyNot(e,a);if(o)return o;i.before={...a.figures,bytes:await(0,c.io)(t,e)};let s=await(0,l.G)(t,n),u=performance.now(),d=r.window.timeLeftMs(),{settings:f}=e.throttle,p=await t.command(e.command,d,f),m=(performance.now()-u)/1e3,g=await(0,l.G)(t,n)-s,_=await(0,c.un)(t,e,n);if(!_)return h;let v=await(0,c.io)(t,e).catch(()=>null),y=(0,c.jk)(e.work,a,_,p);return{...y===null?{status:`done`}:{status:`failed`,error:y},before:i.before,after:{..._.figures,bytes:v},metrics:{walBytes:g},seconds:m}}function whyNot(e,t){if(t.id!==e.id)return{status:`skipped`,error:`the table was renamed since the plan: ${t.id}`};if(!t.mayMaintain)return{status:`failed`,error:`the right to vacuum the table was lost since the plan`}}var _=n(98002);function missingStatisticsSql(e){return`\
known (relid, attnum, inherited) as (
${e?v:y}
), known_extended (oid, inherited) as (
${e?b:x}
), wanted (relid, inherited, indexrelid) as (
  select c.oid, c.relkind = 'p', c.oid from pg_class c
  where c.relkind in ('r', 'm', 'p') and c.reltuples <> 0
  union all
  select i.indrelid, false, i.indexrelid
  from pg_index i join pg_class x on x.oid = i.indexrelid
  where i.indexprs is not null and x.relkind = 'i' and x.reltuples <> 0
  union all
  select distinct h.inhparent, true, h.inhparent
  from pg_inherits h join pg_class p on p.oid = h.inhparent
    join pg_class c on c.oid = h.inhrelid
  where p.relkind = 'r' and c.reltuples <> 0
), missing (relid) as (
  select w.relid from wanted w join pg_attribute a on a.attrelid = w.indexrelid
  where a.attnum > 0 and not a.attisdropped and a.attstattarget is distinct from 0
    and not (a.attgenerated = 'v')
    and ${e?`true`:S}
    and not exists (
      select from known k
      where k.relid = w.indexrelid and k.attnum = a.attnum and k.inherited = w.inherited)
  union
  select w.relid from wanted w join pg_statistic_ext e on e.stxrelid = w.relid
  where w.relid = w.indexrelid and e.stxstattarget is distinct from 0
    and ${e?`true`:`pg_has_role(e.stxowner, 'usage')`}
    and not exists (
      select from known_extended k where k.oid = e.oid and k.inherited = w.inherited)
), unseen (relid) as (
  select w.relid from wanted w where ${e?`false`:`not exists (
    select from pg_attribute a
    where a.attrelid = w.relid and a.attnum > 0 and not a.attisdropped and ${S})`}
)`}let v=`  select starelid, staattnum, stainherit from pg_statistic`,y=`  select c.oid, a.attnum, s.inherited
  from pg_stats s
    join pg_namespace n on n.nspname = s.schemaname
    join pg_class c on c.relnamespace = n.oid and c.relname = s.tablename
    join pg_attribute a on a.attrelid = c.oid and a.attname = s.attname`,b=`  select stxoid, stxdinherit from pg_statistic_ext_data`,x=`  select e.oid, s.inherited
  from pg_stats_ext s
    join pg_namespace n on n.nspname = s.statistics_schemaname
    join pg_statistic_ext e on e.stxnamespace = n.oid and e.stxname = s.statistics_name
  where s.inherited is not null`,S=`has_column_privilege(a.attrelid, a.attnum, 'select')
    and not row_security_active(a.attrelid)`;async function readRelations(e){let{versionNumber:t}=e.server,[n]=await e.query(`select has_table_privilege('pg_statistic', 'select')
  and has_table_privilege('pg_statistic_ext_data', 'select') as "seesAll"`),r=t>=18e4;return e.query(`\
with ${missingStatisticsSql(n?.seesAll===!0)}
select c.oid::int8 as oid, n.nspname as schema, c.relname as name,
  format('%I.%I', n.nspname, c.relname) as id, c.relkind as kind,
  ${(0,_.h2)(t)} as "mayMaintain",
  o.rolname as owner, o.rolsuper as "ownerIsSuperuser",
  ${heapColumns(`c`,r)},
  pg_stat_get_live_tuples(c.oid) as "liveTuples",
  pg_stat_get_mod_since_analyze(c.oid) as "modifiedTuples",
  coalesce(x.pages, 0) as "indexPages",
  coalesce(x.scans, 0) + pg_stat_get_numscans(c.oid) as scans,
  ${t>=18e4?C:`null`} as "usualSeconds",
  case when t.oid is not null then jsonb_build_object(${heapPairs(`t`,r)}) end as toast,
  case when c.oid in (select relid from missing) then true
    when c.oid in (select relid from unseen) then null
    else false end as "lacksStatistics",
  coalesce((
    select array_agg(h.inhparent::int8::float8) from pg_inherits h where h.inhrelid = c.oid
  ), '{}') as parents
from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_roles o on o.oid = c.relowner
  left join pg_class t on t.oid = c.reltoastrelid
  left join (
    select i.indrelid, sum(ic.relpages)::int8 as pages,
      sum(pg_stat_get_numscans(ic.oid))::int8 as scans
    from pg_index i join pg_class ic on ic.oid = i.indexrelid
    group by i.indrelid) x on x.indrelid = c.oid
where c.relkind in ('r', 'm', 'p') and c.relpersistence <> 't'
order by c.oid`)}let C=`(pg_stat_get_total_vacuum_time(c.oid) + pg_stat_get_total_autovacuum_time(c.oid)) / 1000
    / nullif(pg_stat_get_vacuum_count(c.oid) + pg_stat_get_autovacuum_count(c.oid), 0)`;function isSystemSchema(e){return e===`pg_catalog`||e===`information_schema`}function heap(e,t){let age=t=>`case when ${e}.relkind = 'p' then 0 else ${t} end`;return{pages:`${e}.relpages`,allVisiblePages:`${e}.relallvisible`,allFrozenPages:t?`${e}.relallfrozen`:`null::int`,tuples:`${e}.reltuples::float8`,deadTuples:`pg_stat_get_dead_tuples(${e}.oid)`,insertedTuples:`pg_stat_get_ins_since_vacuum(${e}.oid)`,xidAge:age(`age(${e}.relfrozenxid)`),multixactAge:age(`mxid_age(${e}.relminmxid)`),options:`coalesce(${e}.reloptions, '{}')`}}function heapColumns(e,t){return Object.entries(heap(e,t)).map(([e,t])=>`${t} as "${e}"`).join(`,
  `)}function heapPairs(e,t){return Object.entries(heap(e,t)).map(([e,t])=>`'${e}', ${t}`).join(`, `)}async function withPageEvidence(e,t){if(!countersAreLost(e))return{relations:e,findings:[]};let n=await schemaOfPgstattuple(t),r=[];for(let i of e){let e=n!==null&&i.mayMaintain&&i.kind!==`p`?await countDeadTuples(i,n,t):null;r.push(e===null?asDue(i):{...i,deadTuples:e})}return{relations:r,findings:[lostFinding(e.length,n!==null)]}}function countersAreLost(e){return e.some(({tuples:e,schema:t})=>e>0&&!isSystemSchema(t))&&e.every(e=>isSystemSchema(e.schema)||isUncounted(e))}function isUncounted(e){let{liveTuples:t,deadTuples:n,insertedTuples:r,modifiedTuples:i}=e;return t+n+r+i===0}function asDue(e){return e.kind===`p`||e.pages===0||isSystemSchema(e.schema)?e:{...e,deadTuples:Math.max(1e3,e.tuples)}}async function schemaOfPgstattuple(e){let[t]=await e.query(`select quote_ident(n.nspname) as schema
from pg_extension e
  join pg_namespace n on n.oid = e.extnamespace
  join pg_proc p on p.pronamespace = n.oid and p.proname = 'pgstattuple_approx'
where e.extname = 'pgstattuple' and has_function_privilege(p.oid, 'execute')`);return t?.schema??null}async function countDeadTuples({oid:e},t,n){try{let[r]=await n.query(`select dead_tuple_count as dead from ${t}.pgstattuple_approx($1::oid)`,[e]);return r?.dead??null}catch{return null}}function lostFinding(e,t){let n=t?`The dead tuples were counted on the pages instead.`:`All tables count as due, because pgstattuple, which could count on the pages, is not installed or may not be used.`;return(0,d.gk)(`statistics-lost`,`the counters of the server`,`The counters of all ${(0,u.B4)(e)} tables are zero, as after a crash or fail-over. ${n}`)}var w=n(34289),T=n(97389),E=n(75681);let D=1024**3,O=3e4;function maintenanceCommand(e,t,n,r,{server:i,hasStandbys:a,isGentle:o}){let s=[n&&`ONLY`,e.id].filter(Boolean).join(` `);if(t.vacuum.length===0)return`ANALYZE ${s}`;let c=i.versionNumber>=16e4;return(0,E.J)(s,{freeze:t.freeze,analyze:t.analyze.length>0,hasStandbys:a,largeRing:c&&!o&&r>=D})}function rewriteCommand(e,t){return t.versionNumber>=19e4?`REPACK (ANALYZE) ${e.id}`:`VACUUM (FULL, ANALYZE) ${e.id}`}function workPages(e,t,n,r){let scanned=e=>{if(t.freeze)return e.pages-(e.allFrozenPages??0);let n=Math.min(e.pages,e.deadTuples);return Math.max(e.pages-e.allVisiblePages,n)},i=0;if(t.vacuum.length>0&&(i+=scanned(e)+(e.toast?scanned(e.toast):0),t.vacuum.some(({code:e})=>e===`dead-tuples`)&&(i+=e.indexPages)),t.analyze.length>0){let t=[e,...n].map(({pages:e})=>e),sum=e=>e.reduce((e,t)=>e+t,0);i+=Math.min(O,sum(t)),e.kind===`p`&&!r&&(i+=sum(t.map(e=>Math.min(O,e))))}return Math.max(0,i)}class Family{#e=new Map;constructor(e){for(let t of e)for(let e of t.parents){let n=this.#e.get(e);n?n.push(t):this.#e.set(e,[t])}}descendantsOf(e){let t=new Set,visit=e=>{for(let n of this.#e.get(e)??[])t.has(n)||(t.add(n),visit(n.oid))};return visit(e.oid),[...t]}}let k=[`autovacuum_vacuum_threshold`,`autovacuum_vacuum_scale_factor`,`autovacuum_vacuum_max_threshold`,`autovacuum_vacuum_insert_threshold`,`autovacuum_vacuum_insert_scale_factor`,`autovacuum_analyze_threshold`,`autovacuum_analyze_scale_factor`,`autovacuum_freeze_max_age`,`autovacuum_multixact_freeze_max_age`];async function readThresholds(e){let t=await e.query(`select name, setting::float8 as value from pg_settings where name = any($1)`,[k]),n=new Map(t.map(({name:e,value:t})=>[e,t]));return fromEntries(e=>n.get(e)??-1)}function withOptions(e,t){if(t.length===0)return e;let n=new Map(t.map(e=>{let[t=``,n]=e.split(`=`);return[t,Number(n)]}));return fromEntries(t=>{let r=n.get(t);return r===void 0||Number.isNaN(r)?e[t]:t.endsWith(`max_age`)?Math.min(r,e[t]):r})}function fromEntries(e){return Object.fromEntries(k.map(t=>[t,e(t)]))}function decideNeeds(e,t,n,r=[]){let i=withOptions(t,e.options),a=[],o=!1,s=!1,look=(e,t,r)=>{a.push(...tupleNeeds(e,t,r));let i=ageNeeds(e,t,n[`freeze-age`],r);a.push(...i),o||=i.length>0,s||=i.some(({forced:e})=>e)};e.kind!==`p`&&look(e,i,``);let{toast:c}=e;c&&look(c,c.options.length?withOptions(t,c.options):i,`TOAST: `),n.select===`all`&&a.length===0&&e.kind!==`p`&&a.push({code:`requested`,figures:`select is all`,urgency:0,gain:0});let l=e.kind!==`p`||r.length>0,u=n.analyze!==`never`&&e.oid!==2619&&l,d=u?analyzeNeeds(e,i,r):[];return u&&n.analyze===`always`&&d.length===0&&d.push({code:`requested`,figures:`analyze is always`,urgency:0,gain:0}),{vacuum:a,analyze:d,freeze:o,wraparound:s}}function tupleNeeds(e,t,n){let r=[],i=Math.max(0,e.tuples),a=limited(t.autovacuum_vacuum_threshold+t.autovacuum_vacuum_scale_factor*i,t.autovacuum_vacuum_max_threshold);if(e.deadTuples>a){let t=(0,u.T1)(e.deadTuples/(i+e.deadTuples));r.push({code:`dead-tuples`,figures:`${n}${(0,u.B4)(e.deadTuples)} dead (${t}), threshold ${(0,u.B4)(a)}`,urgency:e.deadTuples/Math.max(1,a),gain:e.deadTuples})}let o=t.autovacuum_vacuum_insert_threshold,s=o+t.autovacuum_vacuum_insert_scale_factor*i*shareNotFrozen(e);return o>=0&&e.insertedTuples>s&&r.push({code:`inserts`,figures:`${n}${(0,u.B4)(e.insertedTuples)} inserted since the last vacuum, threshold ${(0,u.B4)(s)}`,urgency:e.insertedTuples/Math.max(1,s),gain:e.insertedTuples*.1}),r}function ageNeeds(e,t,n,r){return[[`xid-age`,e.xidAge,t.autovacuum_freeze_max_age],[`multixact-age`,e.multixactAge,t.autovacuum_multixact_freeze_max_age]].filter(([,e,t])=>e>t*n).map(([t,i,a])=>({code:t,figures:`${r}age ${(0,u.B4)(i)}, ${(0,u.T1)(i/a)} of the ${(0,u.B4)(a)} at which autovacuum is forced`,urgency:i/Math.max(1,a*n),gain:Math.max(0,e.tuples)*(i/a),forced:i>a}))}function analyzeNeeds(e,t,n){let r=[];if(e.lacksStatistics){let t=Math.max(1e3,e.tuples);r.push({code:`missing-statistics`,figures:`some columns, expressions or extended statistics have none`,urgency:1,gain:t})}let i=Math.max(0,e.tuples),a=e.kind===`p`?sum(n.map(e=>e.modifiedTuples))+Math.abs(sum(n.map(e=>Math.max(0,e.tuples)))-i):e.modifiedTuples,o=t.autovacuum_analyze_threshold+t.autovacuum_analyze_scale_factor*i;return a>o&&!e.lacksStatistics&&r.push({code:`stale-statistics`,figures:`${(0,u.B4)(a)} changed since the last analyze, threshold ${(0,u.B4)(o)}`,urgency:a/Math.max(1,o),gain:a*.5}),r}function shareNotFrozen({pages:e,allFrozenPages:t}){return t===null||e===0?1:1-Math.min(1,t/e)}function limited(e,t){return t<0?e:Math.min(e,t)}function sum(e){return e.reduce((e,t)=>e+t,0)}var A=n(32647);function refuseIfNothingIsPermitted(e,t,n){if(e.length===0||e.some(({mayMaintain:e})=>e))return;let r=(0,_.EM)(n.versionNumber,ownersOf(e),n.role);throw new A.P(`permission-denied`,`Role ${n.role} may vacuum none of the ${e.length} tables of database ${n.database}. ${r}.`,{findings:t})}function noSuchTable(e){return(0,d.gk)(`no-such-table`,e,`The input tables names ${e}, and no table of this database matches it.`)}function notOwner(e,t,n,r){let i=e.filter(({mayMaintain:e,schema:t})=>!e&&!isSystemSchema(t));if(i.length===0)return[];let a=i.some(e=>n.names(e))||!t.some(({mayMaintain:e})=>e),o=i.map(({id:e})=>e).sort(),s=o.slice(0,10).join(`, `)+(o.length>10?`, …`:``),c=ownersOf(i),l=c.map(({name:e})=>e),u=o.length===1?`1 table needs`:`${o.length} tables need`;return[(0,d.gk)(`not-owner`,`role ${r.role}`,`${u} work that role ${r.role} may not do (owned by ${l.slice(0,5).join(`, `)}${l.length>5?`, …`:``}): ${s}. They were left out of the plan.`,{severity:a?`high`:`low`,remedy:(0,_.EM)(r.versionNumber,c,r.role)})]}function unseenStatistics(e,{role:t}){let n=e.filter(({mayMaintain:e,lacksStatistics:t,schema:n})=>e&&t===null&&!isSystemSchema(n)),[r]=n;if(!r)return[];let i=n.length===1?r.id:`${n.length} tables, such as ${r.id}`;return[(0,d.gk)(`not-checked`,`missing statistics`,`Whether statistics are missing is not known of ${i}: role ${t} may not read them.`,{remedy:`Run: grant pg_read_all_data to "${t}", or grant select on these tables.`})]}async function tablesInUse(e,t){let n=[];for(let{id:r,oid:i}of e){let e=await(0,p.yV)(t,i,!0);if(e===null)continue;let a=`${r} is in use, and is to be rewritten: ${e}. It waits for them no longer than lock-timeout.`;n.push((0,d.gk)(`table-locked`,r,a))}return n}function ownersOf(e){let t=e.map(({owner:e,ownerIsSuperuser:t})=>[e,{name:e,isSuperuser:t}]);return[...new Map(t).values()]}function planSteps(e,t){let{filter:n,server:r,options:i}=t,a=new Family(e),o=toRewrite(e,a,i.full),s=[...new Set([...chosen(e,a,n),...o])],c=new w.o(t.history),l=s.map(e=>weigh(e,a,c,o.has(e),t)).filter(e=>e!==null).sort(mostUrgentFirst),u=notOwner(l.map(({relation:e})=>e),s,n,r);return n.isNarrow||refuseIfNothingIsPermitted(s,u,r),{steps:l.filter(({relation:e})=>e.mayMaintain).map(({step:e})=>e),findings:[...[...n.unmatched(e),...missing(i.full,e)].map(noSuchTable),...u,...i.analyze===`never`?[]:unseenStatistics(s,r)]}}function chosen(e,t,n){let r=e.filter(e=>n.matches(e)),i=r.flatMap(e=>t.descendantsOf(e));return[...new Set([...r,...i])].filter(e=>!n.excludes(e))}function toRewrite(e,t,n){let i=e.filter(e=>n?.some(t=>(0,r.e)(e,t))).flatMap(e=>e.kind===`p`?t.descendantsOf(e):[e]);return new Set(i.filter(({kind:e})=>e!==`p`))}function missing(e,t){return(e??[]).filter(e=>!t.some(t=>(0,r.e)(t,e)))}function weigh(e,t,n,r,i){let{thresholds:a,options:o,history:s}=i,c=t.descendantsOf(e),l=decideNeeds(e,a,o,c.filter(({kind:e})=>e!==`p`));if(!r&&l.vacuum.length+l.analyze.length===0)return null;let u=r?rewriteStep(e,i):maintenanceStep(e,l,c,i),d=[...l.vacuum,...l.analyze].reduce((e,t)=>e+t.gain,0),f=1+Math.log10(1+e.scans);return{relation:e,needs:l,step:u,carriedOver:(0,T.DD)(e.id,s),gainPerSecond:d*f/n.predictSeconds(u)}}function mostUrgentFirst(e,t){return Number(t.needs.wraparound)-Number(e.needs.wraparound)||Number(t.step.work===`rewrite`)-Number(e.step.work===`rewrite`)||t.carriedOver-e.carriedOver||Number(e.relation.kind===`p`)-Number(t.relation.kind===`p`)||t.gainPerSecond-e.gainPerSecond||Number(isSystemSchema(e.relation.schema))-Number(isSystemSchema(t.relation.schema))||e.relation.id.localeCompare(t.relation.id)}function maintenanceStep(e,t,n,{server:r,hasStandbys:i,options:a}){let o=r.versionNumber>=18e4&&n.length>0,s=workPages(e,t,n,o)*r.blockSizeBytes,c={server:r,hasStandbys:i,isGentle:a.throttle===`gentle`},l=[t.vacuum.length>0&&`vacuum`,t.analyze.length>0&&`analyze`];return{id:e.id,oid:e.oid,command:maintenanceCommand(e,t,o,s,c),why:[...t.vacuum,...t.analyze].map(({code:e,figures:t})=>`${e}: ${t}`).join(`; `),work:l.filter(Boolean).join(`-`),workBytes:s,...e.usualSeconds!==null&&{usualSeconds:e.usualSeconds},budgetCost:t.vacuum.length>0?s:0,locks:[e,...o?[]:n].map(({id:e})=>e)}}function rewriteStep(e,{server:t}){let n=e.pages+e.indexPages+(e.toast?.pages??0),r=Math.max(0,n)*t.blockSizeBytes;return{id:e.id,oid:e.oid,command:rewriteCommand(e,t),why:`requested: full rewrites ${(0,u.z3)(r)} and needs as much free disk, which the server cannot tell us about; until it ends nobody can read or write the table`,work:`rewrite`,workBytes:r*2,budgetCost:r,locks:[e.id]}}var j=n(40238),M=n(50631);class Throttle{#e;#t;#n;#r=!1;constructor(e,t){this.#e=e.throttle,this.#t=t,this.#n=new j.o(t,e[`max-replica-lag`])}findings(){return this.#n.findings()}get settings(){return this.#e===`gentle`||this.#e===`adaptive`&&this.#r?{vacuum_cost_delay:`2ms`}:{}}untilReplicasFollow(e){return this.#n.untilReplicasFollow(e,()=>{this.#r=!0})}async whyToGiveWay(e){if(this.#e!==`adaptive`)return null;let t=await this.#n.whyToWait()??await(0,M.G)(this.#t,e);return t!==null&&(this.#r=!0),t}}var N=n(17512),P=n(44462),F=n(21816),I=n(88087);let L={seconds:300,transactions:1e6},R=2**31;async function verifyDatabase(e,t,n){return[...await horizonFindings(e,t,n),...await wraparoundFindings(e),...await(0,P.c)(e)]}async function horizonFindings(e,t,n){let r=await(0,F.R)(e,(0,i.I)(n)),a=t.filter(e=>(0,I.q)(e)>0);return r.filter((e,t)=>isLongHeld(e)||t===0&&a.length>0).map(e=>{let t=(0,F.n)(e,consequence(a));return isChronic(a,n.history)?{...t,severity:`high`}:t})}function isChronic(e,t){let n=(0,N.V)(t).slice(0,2),wasStuck=e=>n.every(({steps:t})=>t.some(t=>t.id===e&&(0,I.q)(t)>0));return n.length===2&&e.some(({id:e})=>wasStuck(e))}function isLongHeld({seconds:e,age:t}){return(e??0)>=L.seconds||t>=L.transactions}function consequence(e){if(e.length===0)return`Rows that died since then cannot be removed.`;let t=e.reduce((e,t)=>e+(0,I.q)(t),0),n=e.slice(0,3).map(({id:e})=>e),r=e.length>3?` and ${e.length-3} more`:``;return`${(0,u.B4)(t)} dead tuples could not be removed from ${n.join(`, `)}${r}.`}async function wraparoundFindings(e){return(await e.query(`select format('%I.%I', n.nspname, c.relname) as subject, 'table' as kind,
  greatest(age(c.relfrozenxid), mxid_age(c.relminmxid)) as age
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 't')
  and greatest(age(c.relfrozenxid), mxid_age(c.relminmxid)) > $1
union all
select datname::text, 'database', greatest(age(datfrozenxid), mxid_age(datminmxid))
from pg_database
where datname <> current_database()
  and greatest(age(datfrozenxid), mxid_age(datminmxid)) > $1
order by age desc`,[R/2])).map(({subject:e,kind:t,age:n})=>{let r=(0,u.T1)(n/R);return(0,d.gk)(`wraparound-near`,e,`The ${t} ${e} is ${(0,u.B4)(n)} transactions old: ${r} of what can be counted.`)})}var work_addDisposableResource=function(e,t,n){if(t!=null){if(typeof t!=`object`&&typeof t!=`function`)throw TypeError(`Object expected.`);var dispose,r;if(n){if(!Symbol.asyncDispose)throw TypeError(`Symbol.asyncDispose is not defined.`);dispose=t[Symbol.asyncDispose]}if(dispose===void 0){if(!Symbol.dispose)throw TypeError(`Symbol.dispose is not defined.`);dispose=t[Symbol.dispose],n&&(r=dispose)}if(typeof dispose!=`function`)throw TypeError(`Object not disposable.`);r&&(dispose=function(){try{r.call(this)}catch(e){return Promise.reject(e)}}),e.stack.push({value:t,dispose,async:n})}else n&&e.stack.push({async:!0});return t},z=(function(e){return function(t){function fail(n){t.error=t.hasError?new e(n,t.error,`An error was suppressed during disposal.`):n,t.hasError=!0}var n,r=0;function next(){for(;n=t.stack.pop();)try{if(!n.async&&r===1)return r=0,t.stack.push(n),Promise.resolve().then(next);if(n.dispose){var e=n.dispose.call(n.value);if(n.async)return r|=2,Promise.resolve(e).then(next,function(e){return fail(e),next()})}else r|=1}catch(e){fail(e)}if(r===1)return t.hasError?Promise.reject(t.error):Promise.resolve();if(t.hasError)throw t.error}return next()}})(typeof SuppressedError==`function`?SuppressedError:function(e,t,n){var r=Error(n);return r.name=`SuppressedError`,r.error=e,r.suppressed=t,r});let B={connect:i.q,plan:makePlan,apply:applyStep,verify:verifyDatabase,async sweep(e,t){let n={stack:[],error:void 0,hasError:!1};try{let r=work_addDisposableResource(n,await(0,i.q)(e,t),!0);return await(0,a.X)(r,t)}catch(e){n.error=e,n.hasError=!0}finally{let e=z(n);e&&await e}}};async function makePlan(e,t,n){let{relations:i,findings:a}=await withPageEvidence(await readRelations(e),e),s=planSteps(i,{server:e.server,thresholds:await readThresholds(e),options:t,filter:(0,r.I)(t.tables),history:n.history,hasStandbys:await(0,o.S)(e)>0}),c=new Throttle(t,e),l=s.steps.filter(({work:e})=>e===`rewrite`),u=t[`wal-budget`];return{steps:s.steps.map(e=>({...e,throttle:c})),findings:[...a,...s.findings,...await tablesInUse(l,e),...await c.findings()],metrics:{considered:i.length},jobs:t.jobs,budget:u===null?null:{of:`WAL`,metric:`walBytes`,limit:u}}}})};
// What can be done with a job; whatever ends something asks first.

import {h} from './dom.js';
import {post, remove, download} from './api.js';
import {plural} from './format.js';
import {button, complain, confirm, toast} from './ui.js';

const ended = ['completed', 'completed_with_errors', 'failed', 'canceled'];

export function isEnded(job) {
  return ended.includes(job.state);
}

function named(job) {
  return job.name ? `“${job.name}”` : job.id;
}

/** Asks the job to do something. */
function steer(job, verb, body) {
  return post(`/v1/jobs/${job.id}/${verb}`, body);
}

function askCancel(job) {
  const open = job.progress.active + job.progress.pending;
  confirm({
    title: 'Cancel this job?', verb: 'Cancel the job',
    hits: h('p', {}, `${named(job)} ends now. `,
            h('b', {}, plural(open, 'image')),
            ' that are not finished will not be; what is finished stays.'),
    act: async () => { await steer(job, 'cancel'); toast('The job is canceled'); },
  });
}

function askPause(job, then) {
  const open = job.progress.active + job.progress.pending;
  confirm({
    title: 'Pause this job?', verb: 'Pause the job', danger: false,
    hits: h('p', {}, `${named(job)} stops where it is. `, h('b', {}, plural(open, 'image')),
            ' wait until it is resumed; what was under way begins again then.'),
    act: async () => { then(await steer(job, 'pause')); toast('Paused'); },
  });
}

function askDelete(job) {
  confirm({
    title: 'Delete this job?', verb: 'Delete the job',
    hits: h('p', {}, `${named(job)} with `, h('b', {}, plural(job.progress.total, 'image')),
            ', its results, and every stored file that no other job has. ',
            'This cannot be taken back.'),
    act: async () => {
      await remove(`/v1/jobs/${job.id}`);
      toast('The job is deleted');
      location.hash = '#/jobs';
    },
  });
}

/** Retries what failed, all of it or a group; says first how much that is. */
export function askRetry(job, {codes = [], hosts = [], images}, then = () => {}) {
  const what = [codes.length && `with ${codes.join(', ')}`,
                hosts.length && `at ${hosts.join(', ')}`].filter(Boolean).join(' ');
  confirm({
    title: 'Retry failed images?', verb: 'Retry', danger: false,
    hits: h('p', {}, h('b', {}, plural(images, 'image')), ` of ${named(job)}`,
            what ? ` that failed ${what}` : ' that failed',
            ' will be fetched and compressed again.'),
    act: async () => {
      await steer(job, 'retry', {codes, hosts});
      toast('Under way again');
      then();
    },
  });
}

/** The menu of what can be downloaded. */
export function downloads(job) {
  const menu = h('details', {class: 'menu-box'},
                 h('summary', {class: 'button'}, 'Download'),
                 h('ul', {}, [
                   ['results.csv', 'The sheet with output URLs'],
                   ['results.csv?report=full', 'The sheet with a full report'],
                   ['results.jsonl', 'One object an image'],
                   ['results.zip', 'Images and sheet'],
                   ['failed.csv', 'What failed, to submit again'],
                 ].map(([path, text]) => h('li', {}, h('button', {
                   type: 'button', on: {click: () => {
                     menu.open = false;
                     const partial = isEnded(job) ? ''
                       : `${path.includes('?') ? '&' : '?'}partial=true`;
                     download(`/v1/jobs/${job.id}/${path}${partial}`,
                              path.split('?')[0]).catch(complain);
                   }}}, h('b', {}, path.split('?')[0]), h('span', {}, text))))));
  menu.addEventListener('focusout', (event) => {
    if (!menu.contains(event.relatedTarget)) menu.open = false;
  });
  return menu;
}

/** The buttons that a job's state allows; `after(job)` is told what came of one. */
export function actionsOf(job, after) {
  const act = (verb, text) => async () => {
    try {
      after(await steer(job, verb));
      toast(text);
    } catch (reason) {
      complain(reason);
    }
  };
  return [
    job.state === 'running' || job.state === 'queued' ? button('Pause', {
      picture: 'pause', 'data-focus': 'pause', on: () => askPause(job, after)}) : null,
    job.state === 'paused' ? button('Resume', {
      picture: 'play', kind: 'primary', 'data-focus': 'pause',
      on: act('resume', 'Running again')}) : null,
    !isEnded(job) ? button('Cancel', {
      picture: 'stop', 'data-focus': 'cancel', on: () => askCancel(job)}) : null,
    isEnded(job) ? button('Delete', {
      picture: 'trash', 'data-focus': 'delete', on: () => askDelete(job)}) : null,
  ];
}

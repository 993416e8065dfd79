// The desk's pages. Each names the action that its reader must be able to do at all; the menu follows the same table.
import { createRouter, createWebHashHistory, type RouteRecordRaw, type Router } from 'vue-router'
import { useSession } from '@/stores/session'

declare module 'vue-router' {
  interface RouteMeta {
    public?: boolean
    /** Any of these actions opens the page. */
    actions?: string[]
    /** Key of the title. */
    title?: string
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/signin', name: 'signin', component: () => import('@/views/signin/SignInView.vue'), meta: { public: true, title: 'signin.title' } },
  { path: '/invite/:token?', name: 'invite', component: () => import('@/views/signin/InviteView.vue'), meta: { public: true, title: 'signin.invite_title' } },
  { path: '/password', name: 'password', component: () => import('@/views/signin/PasswordView.vue'), meta: { title: 'signin.change' } },
  { path: '/', name: 'overview', component: () => import('@/views/overview/OverviewView.vue'), meta: { title: 'overview.title' } },
  { path: '/problems', name: 'problems', component: () => import('@/views/problems/ProblemsView.vue'), meta: { actions: ['problem.read'], title: 'problems.title' } },
  { path: '/problems/new', name: 'report', component: () => import('@/views/problems/ReportView.vue'), meta: { actions: ['problem.report'], title: 'report.title' } },
  { path: '/problems/:id', name: 'problem', component: () => import('@/views/problems/ProblemView.vue'), meta: { actions: ['problem.read'], title: 'problems.title' } },
  { path: '/sites', name: 'sites', component: () => import('@/views/sites/SitesView.vue'), meta: { actions: ['site.read'], title: 'sites.title' } },
  { path: '/sites/:id', name: 'site', component: () => import('@/views/sites/SiteView.vue'), meta: { actions: ['site.read'], title: 'sites.title' } },
  // What a printed plate says.
  { path: '/s/:id', redirect: (to) => ({ name: 'site', params: { id: to.params.id } }) },
  { path: '/inspect', name: 'inspect', component: () => import('@/views/inspect/InspectStartView.vue'), meta: { actions: ['inspect'], title: 'inspect.title' } },
  { path: '/inspect/:id', name: 'inspect-form', component: () => import('@/views/inspect/InspectFormView.vue'), meta: { actions: ['inspect'], title: 'inspect.title' } },
  { path: '/inspections', name: 'inspections', component: () => import('@/views/inspect/InspectionsView.vue'), meta: { actions: ['inspection.read'], title: 'inspections.title' } },
  { path: '/inspections/:id', name: 'inspection', component: () => import('@/views/inspect/InspectionView.vue'), meta: { actions: ['inspection.read'], title: 'inspections.title' } },
  { path: '/rounds', name: 'rounds', component: () => import('@/views/rounds/RoundsView.vue'), meta: { actions: ['round.read'], title: 'rounds.title' } },
  { path: '/rounds/:id', name: 'round', component: () => import('@/views/rounds/RoundView.vue'), meta: { actions: ['round.read'], title: 'rounds.title' } },
  { path: '/walks', name: 'walks', component: () => import('@/views/rounds/WalksView.vue'), meta: { actions: ['inspect'], title: 'walks.title' } },
  { path: '/coverage', name: 'coverage', component: () => import('@/views/rounds/CoverageView.vue'), meta: { actions: ['coverage.read'], title: 'coverage.title' } },
  { path: '/commitments', name: 'commitments', component: () => import('@/views/rounds/CommitmentsView.vue'), meta: { title: 'commitments.title' } },
  { path: '/requests', name: 'requests', component: () => import('@/views/inbox/RequestsView.vue'), meta: { actions: ['problem.grant', 'problem.grant_second', 'problem.ask'], title: 'requests.inbox' } },
  { path: '/consequences', name: 'consequences', component: () => import('@/views/inbox/ConsequencesView.vue'), meta: { actions: ['consequence.read'], title: 'consequences.title' } },
  { path: '/lookbacks', name: 'lookbacks', component: () => import('@/views/follow/LookbacksView.vue'), meta: { actions: ['lookback.read', 'lookback.judge'], title: 'lookbacks.title' } },
  { path: '/indicators', name: 'indicators', component: () => import('@/views/indicators/IndicatorsView.vue'), meta: { actions: ['indicator.read'], title: 'indicators.title' } },
  { path: '/periods', name: 'periods', component: () => import('@/views/indicators/PeriodsView.vue'), meta: { actions: ['indicator.read'], title: 'periods.title' } },
  { path: '/exports', name: 'exports', component: () => import('@/views/imports/ExportsView.vue'), meta: { actions: ['export'], title: 'exports.title' } },
  { path: '/scores', name: 'scores', component: () => import('@/views/scores/ScoresView.vue'), meta: { actions: ['score.read'], title: 'scores.title' } },
  { path: '/standard', name: 'standard', component: () => import('@/views/standard/StandardView.vue'), meta: { actions: ['standard.read'], title: 'standard.title' } },
  { path: '/standard/:version/:category?', name: 'standard-version', component: () => import('@/views/standard/StandardView.vue'), meta: { actions: ['standard.read'], title: 'standard.title' } },
  { path: '/imports', name: 'imports', component: () => import('@/views/imports/ImportView.vue'), meta: { actions: ['import'], title: 'imports.title' } },
  { path: '/people', name: 'people', component: () => import('@/views/people/PeopleView.vue'), meta: { actions: ['org.read'], title: 'people.title' } },
  { path: '/people/:id', name: 'person', component: () => import('@/views/people/PersonView.vue'), meta: { actions: ['org.read'], title: 'people.title' } },
  { path: '/units', name: 'units', component: () => import('@/views/people/UnitsView.vue'), meta: { actions: ['org.read'], title: 'units.title' } },
  { path: '/areas', name: 'areas', component: () => import('@/views/people/AreasView.vue'), meta: { actions: ['org.read'], title: 'areas.title' } },
  { path: '/journal', name: 'journal', component: () => import('@/views/people/JournalView.vue'), meta: { actions: ['journal.read'], title: 'journal.title' } },
  { path: '/notices', name: 'notices', component: () => import('@/views/notices/NoticesView.vue'), meta: { title: 'notices.title' } },
  { path: '/notices/choice', name: 'notice-choice', component: () => import('@/views/notices/ChoiceView.vue'), meta: { title: 'notices.choice' } },
  { path: '/:rest(.*)*', name: 'missing', component: () => import('@/views/MissingView.vue'), meta: { title: 'error.page' } },
]

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHashHistory(),
    routes,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
  })
  router.beforeEach(async (to) => {
    const session = useSession()
    if (to.meta.public && to.name !== 'signin') return true
    try {
      await session.start()
    } catch {
      // Shown by the page itself when it loads; sign-in is the one page that needs nothing.
      if (to.name !== 'signin') return { name: 'signin', query: { back: to.fullPath } }
      return true
    }
    if (to.name === 'signin') return session.signedIn ? String(to.query.back ?? '/') : true
    if (!session.signedIn) return { name: 'signin', query: to.fullPath === '/' ? {} : { back: to.fullPath } }
    if (session.mustChange && to.name !== 'password') return { name: 'password', query: to.fullPath === '/' ? {} : { back: to.fullPath } }
    if (to.meta.actions && !to.meta.actions.some(session.may)) return { name: 'missing', params: { rest: ['no-such-page'] }, replace: true }
    return true
  })
  return router
}

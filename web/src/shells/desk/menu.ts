// The desk's menu: what a person sees of it follows from what they may do at all.
export interface MenuItem {
  to: string
  label: string
  actions: string[]
  icon: string
  /** Begins a new group. */
  apart?: boolean
}

export const MENU: MenuItem[] = [
  { to: '/', label: 'nav.overview', actions: ['overview', 'self', 'org.read'], icon: 'M3 10.5 10 4l7 6.5V17h-5v-4H8v4H3z' },
  { to: '/problems', label: 'nav.problems', actions: ['problem.read'], icon: 'M5 3h10v14H5zM8 7h4M8 10h4M8 13h2' },
  { to: '/requests', label: 'nav.requests', actions: ['problem.grant', 'problem.grant_second', 'problem.ask'], icon: 'M4 11h4l1 2h2l1-2h4M4 11l2-7h8l2 7v5H4z' },
  { to: '/consequences', label: 'nav.consequences', actions: ['consequence.read'], icon: 'M4 8v4h3l5 4V4L7 8zM15 8a3 3 0 0 1 0 4' },
  { to: '/lookbacks', label: 'nav.lookbacks', actions: ['lookback.read'], icon: 'M4 10a6 6 0 1 0 2-4.5M4 4v3h3M10 7v3l2 2' },
  { to: '/rounds', label: 'nav.rounds', actions: ['round.read'], icon: 'M4 5h12v11H4zM4 8h12M7 3v3M13 3v3M8 12l1.5 1.5L12 11', apart: true },
  { to: '/walks', label: 'nav.walks', actions: ['inspect'], icon: 'M6 16V9a3 3 0 0 1 6 0v2a3 3 0 0 0 3 3M6 16a1 1 0 1 0 0 .1M15 14V5m0 0 2 2m-2-2-2 2' },
  { to: '/inspect', label: 'nav.inspect', actions: ['inspect'], icon: 'm4 10 4 4 8-9' },
  { to: '/inspections', label: 'nav.inspections', actions: ['inspection.read'], icon: 'M4 5h12M4 10h12M4 15h8' },
  { to: '/sites', label: 'nav.sites', actions: ['site.read'], icon: 'M10 17s5-5 5-9a5 5 0 0 0-10 0c0 4 5 9 5 9zM10 9.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z' },
  { to: '/scores', label: 'nav.scores', actions: ['score.read'], icon: 'M4 17V9M10 17V4M16 17v-6' },
  { to: '/indicators', label: 'nav.indicators', actions: ['indicator.read'], icon: 'M4 15a6 6 0 0 1 12 0M10 15l3-5M3 15h14' },
  { to: '/standard', label: 'nav.standard', actions: ['standard.read'], icon: 'M4 4h5a2 2 0 0 1 1 2 2 2 0 0 1 1-2h5v12h-5a1 1 0 0 0-1 1 1 1 0 0 0-1-1H4z', apart: true },
  { to: '/imports', label: 'nav.imports', actions: ['import'], icon: 'M10 3v9m-3.5-3.5L10 12l3.5-3.5M4 14v3h12v-3' },
  { to: '/exports', label: 'nav.exports', actions: ['export'], icon: 'M10 12V3m-3.5 3.5L10 3l3.5 3.5M4 14v3h12v-3' },
  { to: '/people', label: 'nav.people', actions: ['org.read'], icon: 'M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c0-3 2.5-5 6-5s6 2 6 5', apart: true },
  { to: '/units', label: 'nav.units', actions: ['org.read'], icon: 'M4 17V4h8v13M12 8h4v9M7 7h2M7 10h2M7 13h2M3 17h14' },
  { to: '/areas', label: 'nav.areas', actions: ['org.read'], icon: 'm3 6 5-2 4 2 5-2v10l-5 2-4-2-5 2zM8 4v10M12 6v10' },
  { to: '/journal', label: 'nav.journal', actions: ['journal.read'], icon: 'M5 3h10v14H5zM8 6h4M8 9h4M8 12h4' },
]

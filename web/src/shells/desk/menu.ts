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
  { to: '/inspect', label: 'nav.inspect', actions: ['inspect'], icon: 'm4 10 4 4 8-9' },
  { to: '/inspections', label: 'nav.inspections', actions: ['inspection.read'], icon: 'M4 5h12M4 10h12M4 15h8' },
  { to: '/sites', label: 'nav.sites', actions: ['site.read'], icon: 'M10 17s5-5 5-9a5 5 0 0 0-10 0c0 4 5 9 5 9zM10 9.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z' },
  { to: '/scores', label: 'nav.scores', actions: ['score.read'], icon: 'M4 17V9M10 17V4M16 17v-6' },
  { to: '/standard', label: 'nav.standard', actions: ['standard.read'], icon: 'M4 4h5a2 2 0 0 1 1 2 2 2 0 0 1 1-2h5v12h-5a1 1 0 0 0-1 1 1 1 0 0 0-1-1H4z', apart: true },
  { to: '/imports', label: 'nav.imports', actions: ['import'], icon: 'M10 3v9m-3.5-3.5L10 12l3.5-3.5M4 14v3h12v-3' },
  { to: '/people', label: 'nav.people', actions: ['org.read'], icon: 'M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c0-3 2.5-5 6-5s6 2 6 5', apart: true },
  { to: '/units', label: 'nav.units', actions: ['org.read'], icon: 'M4 17V4h8v13M12 8h4v9M7 7h2M7 10h2M7 13h2M3 17h14' },
  { to: '/areas', label: 'nav.areas', actions: ['org.read'], icon: 'm3 6 5-2 4 2 5-2v10l-5 2-4-2-5 2zM8 4v10M12 6v10' },
  { to: '/journal', label: 'nav.journal', actions: ['journal.read'], icon: 'M5 3h10v14H5zM8 6h4M8 9h4M8 12h4' },
]

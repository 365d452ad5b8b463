import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import { browserPorts } from './realtime/browser'
import './styles.css'
import { createConsole } from './wiring'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
const console = createConsole(location.origin, browserPorts(location.origin), localStorage)
createRoot(root).render(
  <StrictMode>
    <App console={console} />
  </StrictMode>,
)

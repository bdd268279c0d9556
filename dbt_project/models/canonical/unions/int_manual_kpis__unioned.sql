{{ union_of_sources('manual_kpis') }}

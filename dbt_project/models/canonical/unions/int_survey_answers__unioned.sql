{{ union_of_sources('survey_answers') }}
